//! `GET /auth/v1/user/me`, `DELETE /auth/v1/user/me`

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::account::DeleteAccountRefusal;
use auth_application::kit::Caller;
use auth_domain::access::Scope;
use auth_domain::accounts::Account;
use auth_domain::anonymous::ANONYMOUS_DEVICE;
use auth_domain::identifier::IdentifierKind;
use chrono::SecondsFormat;
use serde::Serialize;
use utoipa::ToSchema;

use super::use_cases::AccountUseCases;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, SignedIn, SudoQuery};

impl From<DeleteAccountRefusal> for ApiError {
    fn from(refusal: DeleteAccountRefusal) -> Self {
        match refusal {
            DeleteAccountRefusal::SudoToken => Self::new(ErrorName::PermissionDenied, refusal.to_string()),
        }
    }
}

/// The signed-in user's account.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "sub": "3764823471234567890", "user_id": "3764823471234567890", "name": "Ann",
    "picture": "https://example.com/ann.png", "username": "user123", "email": "user@example.com",
    "email_verified": true, "phone_number": "+86 13000000000", "gender": "FEMALE", "locale": "zh",
    "user_desc": "Reads a lot.",
    "providers": [{
        "id": "github", "provider_user_id": "583231", "name": "Ann", "picture": "https://example.com/ann.png",
        "url": "", "meta": {},
    }],
    "status": "ACTIVE", "groups": [{"id": "user"}], "meta": {}, "created_at": "2026-01-01T00:00:00.000Z",
    "updated_at": "2026-01-01T00:00:00.000Z", "password_updated_at": "2026-01-01T00:00:00.000Z",
    "last_login": "2026-01-01T00:00:00.000Z", "has_password": true, "hasPassword": true, "internal_user_type": "generalUser",
    "type": "external", "user_source": 1,
}))]
pub(crate) struct Me {
    /// The user's id.
    sub: String,
    /// The same as `sub`.
    user_id: String,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    /// The chosen name.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// Whether control of the e-mail address was proved.
    email_verified: bool,
    /// The phone number, such as `+86 13000000000`.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    /// Identifiers of kinds that the program registered, by the kinds' names.
    #[serde(flatten)]
    #[schema(ignore)]
    others: BTreeMap<&'static str, String>,
    /// The gender: `MALE`, `FEMALE` or `UNKNOWN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<&'static str>,
    /// A language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// A few words about the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_desc: Option<String>,
    /// The third parties' identities that are bound to the account.
    providers: Vec<Provider>,
    /// Always `ACTIVE`.
    status: &'static str,
    /// One group: `user` or `anonymous`.
    groups: Vec<Group>,
    /// Always empty.
    meta: serde_json::Map<String, serde_json::Value>,
    /// When the user was created (RFC 3339).
    created_at: String,
    /// When the account was last changed (RFC 3339).
    updated_at: String,
    /// When the password was last set (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    password_updated_at: Option<String>,
    /// When the user last signed in (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login: Option<String>,
    /// Whether the account has a password.
    has_password: bool,
    /// The same, under the name that js-sdk reads (`user_metadata.hasPassword`).
    #[serde(rename = "hasPassword")]
    has_password_for_sdk: bool,
    /// Always `generalUser`.
    internal_user_type: &'static str,
    /// Always `external`: the user is not a member of the operator's staff.
    r#type: &'static str,
    /// Always 1: the user is from this service.
    user_source: u8,
}

/// A third party's identity.
#[derive(Serialize, ToSchema)]
pub(crate) struct Provider {
    /// The third party.
    id: String,
    /// The user's id there.
    provider_user_id: String,
    /// The user's name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The address of the user's picture there.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    /// Always empty.
    url: &'static str,
    /// Always empty.
    meta: serde_json::Map<String, serde_json::Value>,
}

/// A group.
#[derive(Serialize, ToSchema)]
pub(crate) struct Group {
    /// The group's name.
    id: &'static str,
}

impl From<Caller> for Me {
    fn from(caller: Caller) -> Self {
        let Caller { account, claims } = caller;
        let shown = |kind| account.identifier(kind).map(|held| held.identifier.shown().to_owned());
        let rfc3339 = |at: auth_domain::Timestamp| at.to_rfc3339_opts(SecondsFormat::Millis, true);
        Self {
            sub: account.id.to_string(),
            user_id: account.id.to_string(),
            username: shown(IdentifierKind::USERNAME),
            email: shown(IdentifierKind::EMAIL),
            email_verified: account.identifier(IdentifierKind::EMAIL).is_some_and(|held| held.verified_at.is_some()),
            phone_number: shown(IdentifierKind::PHONE_NUMBER),
            others: other_identifiers(&account, |_| true),
            status: account.status.name(),
            groups: vec![Group { id: claims.scope.name() }],
            meta: serde_json::Map::new(),
            created_at: rfc3339(account.created_at),
            updated_at: rfc3339(account.updated_at),
            password_updated_at: account.password_updated_at.map(rfc3339),
            last_login: account.last_sign_in_at.map(rfc3339),
            has_password: account.password.is_some(),
            has_password_for_sdk: account.password.is_some(),
            internal_user_type: "generalUser",
            r#type: "external",
            user_source: 1,
            providers: account.external_identities.into_iter().map(Provider::from).collect(),
            gender: account.profile.gender.map(|gender| gender.name()),
            // The SDKs tell anonymous users by this very name.
            name: if claims.scope == Scope::Anonymous { Some("anonymous".to_owned()) } else { account.profile.name },
            picture: account.profile.picture,
            locale: account.profile.locale,
            user_desc: account.profile.description,
        }
    }
}

/// Identifiers of kinds that have no field of their own, as they are shown.
pub(super) fn other_identifiers(
    account: &Account,
    is_wanted: impl Fn(IdentifierKind) -> bool,
) -> BTreeMap<&'static str, String> {
    let named = [IdentifierKind::USERNAME, IdentifierKind::EMAIL, IdentifierKind::PHONE_NUMBER, ANONYMOUS_DEVICE];
    let held = account.identifiers.iter().map(|held| &held.identifier);
    let others = held.filter(|identifier| !named.contains(&identifier.kind()) && is_wanted(identifier.kind()));
    others.map(|identifier| (identifier.kind().name(), identifier.shown().to_owned())).collect()
}

impl From<auth_domain::external_identities::ExternalIdentity> for Provider {
    fn from(identity: auth_domain::external_identities::ExternalIdentity) -> Self {
        let profile = identity.profile;
        Self {
            id: profile.provider.to_string(),
            provider_user_id: profile.subject,
            name: profile.name,
            picture: profile.picture,
            url: "",
            meta: serde_json::Map::new(),
        }
    }
}

/// The signed-in user's account.
#[utoipa::path(get, path = "/auth/v1/user/me", tag = "account", security(("bearer" = [])),
    responses((status = 200, body = Me), (status = 401, description = "`unauthenticated`", body = ErrorBody)))]
pub(crate) async fn me(caller: SignedIn) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(Me::from(caller.0)))
}

/// Delete the account and everything personal in it. The address is free again at once.
#[utoipa::path(delete, path = "/auth/v1/user/me", tag = "account", security(("bearer" = [])),
    params(("sudo_token" = String, Query, description = "From `/auth/v1/user/sudo`")),
    responses(
        (status = 200, body = Empty),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: bad sudo token", body = ErrorBody),
    ))]
pub(crate) async fn delete_me(
    caller: SignedIn,
    context: Context,
    sudo: SudoQuery,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let token = sudo.0.ok_or(DeleteAccountRefusal::SudoToken)?;
    use_cases.delete.run(&caller.0, &token, &context.origin(None)?).await?;
    Ok(done())
}
