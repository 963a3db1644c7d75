//! What tests can see of the stores in memory in addition to the ports.

use auth_contracts::Stores;
use auth_contracts::samples::{SampleAccount, sample_email, sample_send_request, start};
use auth_memory::MemoryStores;
use auth_ports::{AccountStore as _, Failure, Halt, UpkeepStore as _, VerificationStore as _};

#[tokio::test]
async fn a_sign_up_is_seen_whole() {
    let stores = MemoryStores::new();
    let sample = SampleAccount::new().with_email();
    Stores::of(stores.clone()).sign_up(&sample).await;
    assert_eq!(stores.accounts().len(), 1);
    assert_eq!(stores.events(), [sample.account.event]);
    assert_eq!(stores.sessions_of(sample.account.id), [sample.account.session]);
}

#[tokio::test]
async fn a_wish_for_a_code_is_seen_whole() {
    let stores = MemoryStores::new();
    let request = sample_send_request(&sample_email(), start());
    let (verification, message) = (request.id, request.message);
    stores.request(request).await.expect("the store works");
    assert_eq!(stores.verifications().iter().map(|held| held.id).collect::<Vec<_>>(), [verification]);
    assert_eq!(stores.queued().iter().map(|queued| queued.id).collect::<Vec<_>>(), [message]);
}

#[tokio::test]
async fn a_failing_handle_stores_nothing_and_hinders_no_other() {
    let stores = MemoryStores::new();
    let outcome = stores.with_failure().register(SampleAccount::new().account).await;
    assert!(matches!(outcome, Err(Halt::Failed(Failure::Unavailable { .. }))), "{outcome:?}");
    assert!(stores.accounts().is_empty());
    assert!(stores.check_ready().await.is_ok());
}

#[tokio::test]
async fn the_failure_switch_goes_both_ways() {
    let stores = MemoryStores::new();
    let clone = stores.clone();
    for failing in [true, false] {
        stores.set_failing(failing);
        assert_eq!(clone.check_ready().await.is_err(), failing);
    }
}
