//! `GET /auth/v1/user/query`

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use auth_application::account;
use auth_application::account::UserQuery;
use auth_domain::identifier::{IdentifierKind, Schemes};
use serde::Serialize;
use utoipa::ToSchema;

use super::me::other_identifiers;
use super::use_cases::AccountUseCases;
use crate::HttpOptions;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Context, SignedIn, names};

/// The most ids that one query may have.
const MAX_IDS: usize = 50;

/// Users that were found.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "total": 1,
    "data": [{
        "sub": "3764823471234567890", "name": "Ann", "picture": "https://example.com/ann.png", "gender": "FEMALE",
        "locale": "zh", "email": "user@example.com",
    }],
}))]
pub(crate) struct Found {
    /// The number of entries.
    total: usize,
    /// The users that were found.
    data: Vec<FoundUser>,
}

/// What one user may see of another. An address is shown only to those who found the user by it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundUser {
    /// The user's id.
    sub: String,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The address of a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
    /// The gender: `MALE`, `FEMALE` or `UNKNOWN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    gender: Option<&'static str>,
    /// A language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    /// The e-mail address, if the user was found by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// The phone number, if the user was found by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<String>,
    /// An identifier of a kind that the program registered, if the user was found by it.
    #[serde(flatten)]
    #[schema(ignore)]
    others: BTreeMap<&'static str, String>,
}

impl From<account::UserMatch> for FoundUser {
    fn from(account::UserMatch { account, named_by }: account::UserMatch) -> Self {
        let shown = |kind| {
            let held = account.identifier(kind).filter(|_| named_by == Some(kind));
            held.map(|held| held.identifier.shown().to_owned())
        };
        Self {
            sub: account.id.to_string(),
            email: shown(IdentifierKind::EMAIL),
            phone_number: shown(IdentifierKind::PHONE_NUMBER),
            others: other_identifiers(&account, |kind| named_by == Some(kind)),
            gender: account.profile.gender.map(|gender| gender.name()),
            name: account.profile.name,
            picture: account.profile.picture,
            locale: account.profile.locale,
        }
    }
}

/// Look other users up by ids (several `id`, up to 50) or by one login name. Anonymous users may not.
#[utoipa::path(get, path = "/auth/v1/user/query", tag = "account", security(("bearer" = [])),
    params(
        ("id" = Option<Vec<String>>, Query, style = Form, explode,
            description = "Users' ids, up to 50: several times, or separated by commas"),
        ("username" = Option<String>, Query, description = "Username"),
        ("email" = Option<String>, Query, description = "E-mail address"),
        ("phone_number" = Option<String>, Query, description = "Phone number"),
    ),
    responses(
        (status = 200, body = Found),
        (status = 400, description = "`invalid_argument`", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: anonymous", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`", body = ErrorBody),
    ))]
pub(crate) async fn query_users(
    caller: SignedIn,
    context: Context,
    options: Data<HttpOptions>,
    query: Result<Query<Vec<(String, String)>>, actix_web::Error>,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let pairs = query.map_err(|_| ApiError::invalid("the query cannot be read"))?.into_inner();
    let query = read(&pairs, &options.schemes)?;
    let found = use_cases.query_users.run(&caller.0, query, &context.origin(None)?).await?;
    let data: Vec<_> = found.into_iter().map(FoundUser::from).collect();
    Ok(HttpResponse::Ok().json(Found { total: data.len(), data }))
}

fn read(pairs: &[(String, String)], schemes: &Schemes) -> Result<UserQuery, ApiError> {
    let present = |name: &'static str| pairs.iter().filter(move |(key, value)| key == name && !value.is_empty());
    // Several ids may also come in one value, separated by commas.
    let ids = present("id").flat_map(|(_, value)| value.split(','));
    let ids: Vec<_> =
        ids.map(str::parse).collect::<Result<_, _>>().map_err(|_| ApiError::invalid("id is not a user's id"))?;
    if ids.len() > MAX_IDS {
        return Err(ApiError::invalid(format!("at most {MAX_IDS} ids at once")));
    }
    let mut logins =
        schemes.kinds().filter_map(|kind| present(kind.name()).next().map(|(_, value)| (kind, value.clone())));
    let login = logins.next();
    if logins.next().is_some() || (login.is_none() && ids.is_empty()) {
        return Err(ApiError::invalid(format!("ask by id, or by one of {}", names(schemes.kinds(), "and"))));
    }
    Ok(UserQuery { ids, login })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use auth_domain::accounts::UserId;
    use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, UsernameScheme};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn schemes() -> Schemes {
        Schemes::new(vec![
            Arc::new(PhoneNumberScheme::default()),
            Arc::new(EmailScheme),
            Arc::new(UsernameScheme::default()),
        ])
    }

    const NAME: &str = "id|username|email|phone_number|\\PC{0,5}";

    proptest! {
        #[test]
        fn ids_are_read_in_order_however_they_are_split(ids in vec(0..i64::MAX, 1..=MAX_IDS), cut in 0..=MAX_IDS) {
            let ids: Vec<_> = ids.into_iter().map(UserId::from_i64).collect();
            let (first, second) = ids.split_at(cut.min(ids.len()));
            let joined = |ids: &[UserId]| ids.iter().map(UserId::to_string).collect::<Vec<_>>().join(",");
            let pairs = [first, second].map(|ids| ("id".to_owned(), joined(ids)));
            let read = read(&pairs, &schemes()).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(read.ids, ids);
        }

        #[test]
        fn what_is_read_asks_for_somebody_by_one_name_at_most(
            pairs in vec((NAME, "|[0-8][0-9]{18}(,[0-8][0-9]{18}){0,60}|\\PC{0,5}"), 0..4),
        ) {
            if let Ok(query) = read(&pairs, &schemes()) {
                prop_assert!(query.ids.len() <= MAX_IDS && (query.login.is_some() || !query.ids.is_empty()));
                let named = |kind: &str| pairs.iter().any(|(name, value)| name == kind && !value.is_empty());
                let names = ["username", "email", "phone_number"].into_iter().filter(|kind| named(kind)).count();
                prop_assert_eq!(usize::from(query.login.is_some()), names);
            }
        }
    }
}
