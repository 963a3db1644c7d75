//! The bodies that are posted. `docs/events.md` describes them for those who receive them.

use auth_domain::Timestamp;
use auth_domain::outbox::OutgoingEvent;
use auth_ports::UserToBe;
use serde::Serialize;

/// The envelope that Standard Webhooks recommends.
#[derive(Serialize)]
pub(crate) struct Payload<'a, D> {
    #[serde(rename = "type")]
    kind: &'a str,
    /// When it happened, to the microsecond.
    timestamp: Timestamp,
    data: D,
}

/// The data of an event: ids only. For more, receivers ask the admin backend.
#[derive(Serialize)]
pub(crate) struct EventData<'a> {
    /// The id, as in the header `webhook-id`.
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    recorded_as: &'a str,
    actor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
}

impl<'a> Payload<'a, EventData<'a>> {
    pub(crate) fn of_event(event: &'a OutgoingEvent) -> Self {
        let data = EventData {
            id: event.id.to_string(),
            user_id: event.user.map(|user| user.to_string()),
            session_id: event.session.map(|session| session.to_string()),
            recorded_as: &event.recorded_as,
            actor: &event.actor,
            method: event.method.as_deref(),
            client_id: event.client.as_ref().map(|client| client.as_str()),
        };
        Self { kind: event.kind.name(), timestamp: event.at, data }
    }
}

/// Everything that is known about somebody who is about to become a user.
#[derive(Serialize)]
pub(crate) struct UserToBeData<'a> {
    scenario: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymous_user_id: Option<String>,
    identifiers: Vec<IdentifierData<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<ProviderData<'a>>,
    profile: ProfileData<'a>,
    client_id: &'a str,
    network: String,
}

#[derive(Serialize)]
struct IdentifierData<'a> {
    kind: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct ProviderData<'a> {
    id: &'a str,
    subject: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
}

#[derive(Serialize)]
struct ProfileData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

impl<'a> Payload<'a, UserToBeData<'a>> {
    pub(crate) fn of_user_to_be(user: &'a UserToBe) -> Self {
        let identifiers = user.identifiers.iter();
        let identifiers = identifiers.map(|one| IdentifierData { kind: one.kind().name(), value: one.canonical() });
        let provider = user.external.as_ref().map(|external| ProviderData {
            id: external.provider.as_str(),
            subject: &external.subject,
            name: external.name.as_deref(),
            picture: external.picture.as_deref(),
            email: external.email.as_deref(),
            phone_number: external.phone_number.as_deref(),
        });
        let profile = ProfileData {
            name: user.profile.name.as_deref(),
            gender: user.profile.gender.map(|gender| gender.name()),
            picture: user.profile.picture.as_deref(),
            locale: user.profile.locale.as_deref(),
            description: user.profile.description.as_deref(),
        };
        let data = UserToBeData {
            scenario: &user.scenario,
            anonymous_user_id: user.anonymous.map(|user| user.to_string()),
            identifiers: identifiers.collect(),
            provider,
            profile,
            client_id: user.origin.client.as_str(),
            network: user.origin.network.to_string(),
        };
        Self { kind: "user.signing_up", timestamp: user.at, data }
    }
}
