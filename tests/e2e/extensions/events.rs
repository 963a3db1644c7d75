//! Functions of a program of one's own that are told of events.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_domain::outbox::{OutgoingEvent, OutgoingKind, OutgoingKinds};
use auth_extension::Ports;
use auth_ports::HandleError;
use auth_server::{Server, World};
use auth_settings::Environment;
use auth_tests::{AccountFlows as _, Flows as _, TestApp, eventually};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Longer than any event takes.
const PATIENCE: Duration = Duration::from_secs(20);

async fn next<T>(told: &mut UnboundedReceiver<T>) -> T {
    tokio::time::timeout(PATIENCE, told.recv()).await.expect("it is told in time").expect("the handler is there")
}

fn away(error: impl Into<auth_ports::Cause>) -> HandleError {
    HandleError::Failed(error.into())
}

#[tokio::test]
async fn a_handler_is_told_of_a_users_events_in_order_and_may_look_at_the_account() {
    let (tell, mut told) = unbounded_channel();
    let kinds = [OutgoingKind::UserCreated, OutgoingKind::UserUpdated];
    let server = Server::new().on_event(kinds, "crm", move |event: OutgoingEvent, ports: Ports| {
        let tell = tell.clone();
        async move {
            let user = event.user.ok_or_else(|| away("of nobody"))?;
            let account = ports.stores.accounts.find(user).await.map_err(away)?;
            tell.send((event, account.map(|account| account.identifiers.len()))).map_err(|_| away("nobody listens"))
        }
    });
    let app = TestApp::builder().server(server).start().await;
    let user = app.device().sign_up_by_phone().await;
    for name in ["Ann", "Bob"] {
        user.patch("/auth/v1/user/profile", json!({ "name": name })).await.ok();
    }
    let mut seen = Vec::new();
    for expected in [OutgoingKind::UserCreated, OutgoingKind::UserUpdated, OutgoingKind::UserUpdated] {
        let (event, identifiers) = next(&mut told).await;
        assert_eq!((event.kind, identifiers), (expected, Some(1)));
        assert_eq!(event.user.map(|user| user.to_string()).as_deref(), Some(user.sub()));
        seen.push(event.id);
    }
    seen.dedup();
    assert_eq!(seen.len(), 3, "one id each");
    eventually("nothing waits", || app.database().count("outbox") == 0).await;
}

#[tokio::test]
async fn a_handler_that_fails_or_panics_is_told_again_by_the_schedule() {
    for panics in [false, true] {
        let (tell, mut told) = unbounded_channel();
        let asked = Arc::new(AtomicUsize::new(0));
        let server = Server::new().on_event(OutgoingKind::UserCreated, "crm", move |event: OutgoingEvent, _| {
            let (tell, earlier) = (tell.clone(), asked.fetch_add(1, Ordering::SeqCst));
            async move {
                assert!(!panics || earlier > 0, "the first time");
                tell.send((earlier, event.id)).map_err(|_| away("nobody listens"))?;
                if earlier == 0 { Err(away("not now")) } else { Ok(()) }
            }
        });
        let app = TestApp::builder().server(server).start().await;
        app.device().sign_up_by_phone().await;
        eventually("it is put off", || app.database().count("outbox WHERE failures = 1") == 1).await;
        let first = app.database().rows("SELECT id::text AS id FROM outbox").remove(0);
        app.wait_seconds(7);
        // Whatever happens to somebody else wakes those who deliver.
        app.device().sign_up_by_phone().await;
        let mut again = Vec::new();
        while again.len() < 2 {
            let (earlier, id) = next(&mut told).await;
            again.extend((earlier > 0).then(|| json!(id.to_string())));
        }
        assert!(again.contains(&first["id"]), "the same event, under the same id");
        eventually("nothing waits", || app.database().count("outbox") == 0).await;
    }
}

#[test]
fn each_who_is_told_has_a_name_of_their_own() {
    let told = |names: &[&str], variables: &[(&str, &str)]| {
        let nothing = |_: OutgoingEvent, _: Ports| async { Ok(()) };
        let server =
            names.iter().fold(Server::new(), |server, name| server.on_event(OutgoingKinds::all(), name, nothing));
        let environment = Environment::new(variables.iter().copied());
        server.configure(&environment, World::of_this_machine()).map(drop).map_err(|error| error.to_string())
    };
    told(&["crm", "siem"], &[]).expect("two names");
    assert!(told(&["crm", "crm"], &[]).expect_err("one name").contains("are named crm"));
    assert!(told(&["C R M"], &[]).expect_err("no name").contains("\"C R M\""));
    let webhook = [
        ("AUTH__WEBHOOKS__CRM__URL", "https://crm.example.com/events"),
        ("AUTH__WEBHOOKS__CRM__SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ];
    told(&["siem"], &webhook).expect("two names");
    assert!(told(&["crm"], &webhook).expect_err("one name").contains("are named crm"));
}
