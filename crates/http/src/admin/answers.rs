//! Users, sessions and events as answers show them. No hash and no secret is among their fields.

use auth_domain::Timestamp;
use auth_domain::accounts::{Account, AccountIdentifier};
use auth_domain::events::Event;
use auth_domain::external_identities::ExternalIdentity;
use auth_domain::identifier::IdentifierKind;
use auth_domain::sessions::{KeptSession, Session};
use chrono::SecondsFormat;
use serde::Serialize;
use utoipa::ToSchema;

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "3764823471234567890", "status": "ACTIVE", "username": "ann", "email": "ann@example.com",
    "identifiers": [{"kind": "email", "value": "ann@example.com"}, {"kind": "username", "value": "ann"}],
    "identities": [], "has_password": true, "created_at": "2026-01-01T00:00:00.000Z",
    "updated_at": "2026-01-01T00:00:00.000Z", "password_updated_at": "2026-01-01T00:00:00.000Z",
}))]
pub(crate) struct UserAnswer {
    /// The user's id, `sub` in tokens.
    id: String,
    /// Whether the user may sign in: `ACTIVE` or `BLOCKED`.
    status: &'static str,
    /// The chosen name.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// The phone number, such as `+86 13000000000`.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    nickname: Option<String>,
    /// The gender: `MALE`, `FEMALE` or `UNKNOWN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<&'static str>,
    /// The address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    /// A language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// A few words about the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// All login names of the user.
    identifiers: Vec<IdentifierAnswer>,
    /// The third parties' identities that are bound to the account.
    identities: Vec<IdentityAnswer>,
    /// Whether the account has a password.
    has_password: bool,
    /// When the user was created (RFC 3339).
    created_at: String,
    /// When the account was last changed (RFC 3339).
    updated_at: String,
    /// When the password was last set (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    password_updated_at: Option<String>,
    /// When the user last signed in (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sign_in_at: Option<String>,
}

/// A login name.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentifierAnswer {
    /// The kind, such as `username`, `email` or `phone_number`.
    kind: &'static str,
    /// As shown to the user.
    value: String,
    /// When the user proved control of it (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<String>,
}

/// An identity at a third party, as it was when it was bound.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityAnswer {
    /// The third party.
    provider_id: String,
    /// The user's id there.
    subject: String,
    /// The user's name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The address of the user's picture there.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    /// The user's e-mail address there.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// The user's phone number there.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    /// When the identity was bound to the account (RFC 3339).
    bound_at: String,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    /// The session's id.
    id: String,
    /// The client that the user signed in with.
    client_id: String,
    /// The device that the user signed in on.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<String>,
    /// The network that the session began in.
    network: String,
    /// What the device called itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
    /// What its tokens are good for: `user` or `anonymous`.
    scope: &'static str,
    /// How the user signed in.
    method: String,
    /// When the session began (RFC 3339).
    created_at: String,
    /// When the session was last refreshed (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    refreshed_at: Option<String>,
    /// When the session ends if it is not refreshed (RFC 3339).
    expires_at: String,
    /// When the session was ended (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<String>,
}

/// An event: something that happened.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0b5f8c1e-5c1d-4f0e-9a53-1d1f6a4f7c2b", "at": "2026-01-01T00:00:00.000Z", "kind": "user_blocked",
    "user_id": "3764823471234567890", "actor": "operator:support", "network": "192.0.2.7",
}))]
pub(crate) struct EventAnswer {
    /// The event's id.
    id: String,
    /// When it happened (RFC 3339).
    at: String,
    /// What happened, such as `signed_in`.
    kind: String,
    /// The user to whose account it happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// Who did it: `user`, or `operator:` and the name of the admin key; `operator:cli` at the command line.
    actor: String,
    /// The way in which it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// What else is known. Addresses in it are masked or keyed hashes.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The client that it was done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// The network that it was done from.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<String>,
}

pub(crate) fn rfc3339(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

impl From<Account> for UserAnswer {
    fn from(account: Account) -> Self {
        let shown = |kind| account.identifier(kind).map(|held| held.identifier.shown().to_owned());
        Self {
            id: account.id.to_string(),
            status: account.status.name(),
            username: shown(IdentifierKind::USERNAME),
            email: shown(IdentifierKind::EMAIL),
            phone_number: shown(IdentifierKind::PHONE_NUMBER),
            has_password: account.password.is_some(),
            created_at: rfc3339(account.created_at),
            updated_at: rfc3339(account.updated_at),
            password_updated_at: account.password_updated_at.map(rfc3339),
            last_sign_in_at: account.last_sign_in_at.map(rfc3339),
            identifiers: account.identifiers.into_iter().map(Into::into).collect(),
            identities: account.external_identities.into_iter().map(Into::into).collect(),
            nickname: account.profile.name,
            gender: account.profile.gender.map(|gender| gender.name()),
            picture: account.profile.picture,
            locale: account.profile.locale,
            description: account.profile.description,
        }
    }
}

impl From<AccountIdentifier> for IdentifierAnswer {
    fn from(held: AccountIdentifier) -> Self {
        Self {
            kind: held.identifier.kind().name(),
            value: held.identifier.shown().to_owned(),
            verified_at: held.verified_at.map(rfc3339),
        }
    }
}

impl From<ExternalIdentity> for IdentityAnswer {
    fn from(identity: ExternalIdentity) -> Self {
        let profile = identity.profile;
        Self {
            provider_id: profile.provider.to_string(),
            subject: profile.subject,
            name: profile.name,
            picture: profile.picture,
            email: profile.email,
            phone_number: profile.phone_number,
            bound_at: rfc3339(identity.bound_at),
        }
    }
}

impl From<Session> for SessionAnswer {
    fn from(session: Session) -> Self {
        Self {
            id: session.id.to_string(),
            client_id: session.client.to_string(),
            device_id: session.device,
            network: session.network,
            user_agent: session.user_agent,
            scope: session.scope.name(),
            method: session.method.name().to_owned(),
            created_at: rfc3339(session.created_at),
            refreshed_at: session.rotated_at.map(rfc3339),
            expires_at: rfc3339(session.expires_at),
            ended_at: None,
        }
    }
}

impl From<KeptSession> for SessionAnswer {
    fn from(KeptSession { session, ended_at }: KeptSession) -> Self {
        Self { ended_at: ended_at.map(rfc3339), ..session.into() }
    }
}

impl From<Event> for EventAnswer {
    fn from(event: Event) -> Self {
        Self {
            id: event.id.to_string(),
            at: rfc3339(event.at),
            kind: event.kind,
            user_id: event.user.map(|user| user.to_string()),
            actor: event.actor,
            method: event.method,
            detail: event.detail,
            client_id: event.client.map(|client| client.to_string()),
            network: event.network,
        }
    }
}
