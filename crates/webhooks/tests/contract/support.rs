//! What the tests share.

use std::time::Duration;

use auth_contracts::samples;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::outbox::OutgoingEvent;
use auth_domain::profile::Profile;
use auth_outbound::testing::ReceivedRequest;
use auth_outbound::{OutboundBuilder, OutboundHttp, Reach, SigningSecrets};
use auth_ports::UserToBe;
use auth_webhooks::BackendSettings;

/// Two secrets, of which the second one is being replaced.
pub(crate) const SECRETS: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw,whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// A limit so generous that no test fails on a busy machine.
pub(crate) const PATIENT: Duration = Duration::from_secs(30);
/// A limit for answers that never come.
pub(crate) const IMPATIENT: Duration = Duration::from_millis(200);

pub(crate) fn settings(url: &str, timeout: Duration) -> BackendSettings {
    BackendSettings { url: url.to_owned(), secrets: SECRETS.into(), timeout }
}

/// Reaches this machine.
pub(crate) fn outbound() -> OutboundBuilder {
    OutboundHttp::builder(Reach::LoopbackToo)
}

/// An event about a user, with all optional parts.
pub(crate) fn full_event() -> OutgoingEvent {
    let account = samples::SampleAccount::new().account;
    OutgoingEvent::of(&account.event).expect("it is told").in_session(account.session.id)
}

/// An event by an operator that concerns no user, without any optional part.
pub(crate) fn bare_event() -> OutgoingEvent {
    let event = NewEvent { method: None, ..samples::sample_operator_event(EventKind::AdminKeyCreated) };
    OutgoingEvent::of(&event).expect("it is told")
}

/// A future user about whom next to nothing is known.
pub(crate) fn bare_user() -> UserToBe {
    UserToBe {
        anonymous: None,
        identifiers: Vec::new(),
        external: None,
        profile: Profile::default(),
        scenario: "email".into(),
        ..samples::sample_user_to_be()
    }
}

/// Asserts that the request is signed with both secrets, at the time of the clock.
pub(crate) fn assert_signed(request: &ReceivedRequest) {
    let timestamp = samples::start().timestamp();
    assert_eq!(request.header("webhook-timestamp"), timestamp.to_string());
    assert_eq!(request.header("content-type"), "application/json");
    let secrets = SigningSecrets::parse(&SECRETS.into()).expect("two secrets");
    let signature = secrets.sign(request.header("webhook-id"), timestamp, &request.body);
    assert_eq!(request.header("webhook-signature"), signature);
    assert_eq!(signature.split(' ').count(), 2, "{signature}");
}
