//! Promises of `EventHandler`, for code that does something with each event. They are stamped on a [`Probe`]: a handler
//! with a stub of whatever it tells.

use std::error::Error;
use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::outbox::{OutgoingEvent, OutgoingKind};
use auth_ports::{EventHandler, HandleError};
use uuid::Uuid;

use crate::samples::{start, unique_bytes};

/// Stamps the promises of `EventHandler` into the tests of a handler. The argument is the type of a
/// [`Probe`](crate::handlers::Probe).
#[macro_export]
macro_rules! handlers {
    ($probe:ty) => {
        $crate::stamp_on!(
            handlers,
            $probe,
            [
                it_has_a_name_and_wants_something,
                it_does_something_about_an_event,
                told_twice_it_does_it_once,
                two_events_are_two,
                it_takes_every_kind_that_it_wants,
                it_takes_events_about_users_who_are_gone,
                a_failure_asks_to_be_told_again,
                after_a_failure_it_does_it_once,
                errors_hold_no_secret,
            ]
        );
    };
}

/// A handler, with a stub of whatever it tells.
pub trait Probe: Sized {
    /// Starts a fresh one.
    fn start() -> impl Future<Output = Self>;

    /// The handler.
    fn handler(&self) -> Arc<dyn EventHandler>;

    /// An event about which it does something. Whatever it looks up is there. Each call gives another event.
    fn event(&self) -> impl Future<Output = OutgoingEvent>;

    /// How many things it has done. What is told under an id that was seen before counts once, if whoever is told
    /// recognises ids.
    fn done(&self) -> usize;

    /// Makes whatever it tells fail from now on, and returns whether it tells anybody.
    fn fail(&self) -> bool {
        false
    }

    /// Makes it work again.
    fn recover(&self) {}

    /// What must be in no error: passwords and tokens, and what is personal in the event's user.
    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }
}

async fn handle<P: Probe>(probe: &P, event: &OutgoingEvent) {
    let taken = probe.handler().handle(event).await;
    assert!(taken.is_ok(), "it does not take {event:?}: {taken:?}");
}

/// Events wait under the name, from one start of the program to the next.
pub async fn it_has_a_name_and_wants_something<P: Probe>() {
    let (one, other) = (P::start().await, P::start().await);
    assert_eq!(one.handler().subscriber(), other.handler().subscriber(), "its name changes");
    assert_eq!(one.handler().kinds(), other.handler().kinds(), "what it wants changes");
    let event = one.event().await;
    assert!(one.handler().kinds().contains(event.kind), "it does not want {:?}", event.kind);
}

/// It has done so when it says that it has taken the event.
pub async fn it_does_something_about_an_event<P: Probe>() {
    let probe = P::start().await;
    let event = probe.event().await;
    let before = probe.done();
    handle(&probe, &event).await;
    assert!(probe.done() > before, "nothing has come of {event:?}");
}

/// Events come at least once.
pub async fn told_twice_it_does_it_once<P: Probe>() {
    let probe = P::start().await;
    let event = probe.event().await;
    handle(&probe, &event).await;
    let done = probe.done();
    for _ in 0..2 {
        handle(&probe, &event).await;
    }
    assert_eq!(probe.done(), done, "it was told again, and did it again");
}

/// What looks alike is not the same.
pub async fn two_events_are_two<P: Probe>() {
    let probe = P::start().await;
    let (first, second) = (probe.event().await, probe.event().await);
    assert_ne!(first.id, second.id);
    handle(&probe, &first).await;
    let done = probe.done();
    handle(&probe, &second).await;
    assert!(probe.done() > done, "nothing has come of the second event");
}

/// Whatever there need not be is missing.
pub async fn it_takes_every_kind_that_it_wants<P: Probe>() {
    let probe = P::start().await;
    let wanted = probe.handler().kinds();
    for kind in OutgoingKind::ALL.into_iter().filter(|kind| wanted.contains(*kind)) {
        handle(&probe, &bare(kind, None)).await;
    }
}

/// An account may be deleted before its events arrive. One that is not taken keeps the later ones waiting.
pub async fn it_takes_events_about_users_who_are_gone<P: Probe>() {
    let probe = P::start().await;
    let event = probe.event().await;
    let gone = UserId::generate(start(), unique_bytes());
    handle(&probe, &OutgoingEvent { user: Some(gone), ..event }).await;
    let wanted = probe.handler().kinds();
    for kind in OutgoingKind::ALL.into_iter().filter(|kind| wanted.contains(*kind)) {
        handle(&probe, &bare(kind, Some(gone))).await;
    }
}

/// Who cannot be reached now may be reached later.
pub async fn a_failure_asks_to_be_told_again<P: Probe>() {
    let probe = P::start().await;
    let event = probe.event().await;
    if probe.fail() {
        let taken = probe.handler().handle(&event).await;
        assert!(matches!(taken, Err(HandleError::Failed(_))), "whom it tells fails, and it says {taken:?}");
    }
}

/// The event comes again, and then everything is as if nothing had failed.
pub async fn after_a_failure_it_does_it_once<P: Probe>() {
    let (probe, smooth) = (P::start().await, P::start().await);
    let event = probe.event().await;
    if probe.fail() {
        assert!(probe.handler().handle(&event).await.is_err());
        probe.recover();
        handle(&probe, &event).await;
        handle(&smooth, &smooth.event().await).await;
        assert_eq!(probe.done(), smooth.done(), "left: after a failure, right: without one");
    }
}

/// The cause of a failure is kept for operators.
pub async fn errors_hold_no_secret<P: Probe>() {
    let probe = P::start().await;
    let event = probe.event().await;
    if probe.fail() {
        let error = probe.handler().handle(&event).await.expect_err("whom it tells fails");
        let told = chain(&error);
        for secret in probe.secrets() {
            assert!(!told.contains(&secret), "{secret} in {told}");
        }
    }
}

/// An event with nothing but what every event has.
fn bare(kind: OutgoingKind, user: Option<UserId>) -> OutgoingEvent {
    OutgoingEvent {
        id: Uuid::from_bytes(unique_bytes()),
        kind,
        recorded_as: kind.name().to_owned(),
        user,
        session: None,
        actor: "operator".to_owned(),
        method: None,
        client: None,
        at: start(),
    }
}

fn chain(error: &HandleError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error} {error:?}");
        source = error.source();
    }
    text
}
