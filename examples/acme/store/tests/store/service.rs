//! The whole service, on the stores for demonstrations.

use std::sync::{Arc, Mutex};

use acme_store::DemoStorage;
use auth_contracts::samples::SampleAccount;
use auth_contracts::{CountingEntropy, ManualClock};
use auth_domain::identifier::Schemes;
use auth_domain::outbox::Subscribers;
use auth_extension::{Kit, Storage as _, StorePart, StoreSetup};
use auth_server::Server;
use auth_settings::SettingsProfile;
use auth_tests::{AccountFlows as _, Caller as _, Flows as _, PASSWORD, SignedIn, TestApp, unique_phone};
use serde_json::json;

#[tokio::test]
async fn people_sign_up_and_in_and_no_database_is_started() {
    let app = TestApp::builder().server(Server::new().with(acme_store::extension())).start().await;
    let (device, phone) = (app.device(), unique_phone());
    let user = device.sign_up(&phone, json!({ "password": PASSWORD })).await;
    let again = SignedIn::by(device.line(), &device.sign_in(phone.text(), PASSWORD).await);
    assert_eq!(again.sub(), user.sub());
    assert_eq!(app.anonymous().get("/readyz").await.status, 200);
}

fn kit(profile: SettingsProfile, out: &Arc<Mutex<Vec<u8>>>) -> Kit {
    let out = Arc::clone(out);
    Kit::new(Arc::new(ManualClock::new()), Arc::new(CountingEntropy::new()), profile, out)
}

#[tokio::test]
async fn the_end_says_how_many_accounts_there_were() {
    let out = Arc::<Mutex<Vec<u8>>>::default();
    let storage = DemoStorage::open(&[], &kit(SettingsProfile::Local, &out)).expect("it opens");
    let setup = StoreSetup::new(Schemes::new(Vec::new()), Subscribers::default(), Arc::new(|| {}));
    let stores = storage.stores(&setup).expect("they are made");
    stores.accounts.register(SampleAccount::new().account).await.expect("nothing is in its way");
    Box::new(storage).close().expect("it can be told");
    let told = String::from_utf8(out.lock().expect("not poisoned").clone()).expect("UTF-8");
    assert_eq!(told, "the demonstration is over: 1 accounts registered, 0 deleted\n");
}

#[test]
fn production_and_what_is_for_other_stores_are_refused() {
    let part = StorePart::new("acme-invitation", "steps of a schema");
    for (profile, parts, said) in [
        (SettingsProfile::Production, &[][..], "not for production"),
        (SettingsProfile::Local, &[part][..], "acme-invitation adds to a store that is not this one"),
    ] {
        let refused = DemoStorage::open(parts, &kit(profile, &Arc::default())).map(drop).expect_err(said);
        assert!(refused.to_string().contains(said), "{refused}");
    }
}
