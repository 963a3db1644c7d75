//! `GET /auth/v1/provider/uri`

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use auth_application::provider::{LocateCommand, LocateProviderRefusal};
use serde::Serialize;
use utoipa::ToSchema;

use super::use_cases::ProviderUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::Context;

impl From<LocateProviderRefusal> for ApiError {
    fn from(refusal: LocateProviderRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            LocateProviderRefusal::UnknownProvider => Self::new(ErrorName::NotFound, description),
            LocateProviderRefusal::RedirectUri | LocateProviderRefusal::NoDevice => Self::invalid(description),
            LocateProviderRefusal::TooOften(over) => {
                Self::over_budget(ErrorName::ResourceExhausted, &description, over)
            }
            LocateProviderRefusal::Faulty(cause) => Self::new(ErrorName::ProviderError, description).caused_by(cause),
        }
    }
}

/// Where to send the user.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"uri": "https://third.party/authorize?client_id=…&redirect_uri=…&state=…&scope=…"}))]
pub(crate) struct ProviderUriAnswer {
    /// The address at the third party.
    uri: String,
}

/// Get the third party's address to send the user to.
///
/// This begins a flow, which its device ends at `/auth/v1/provider/token` within ten minutes, unless it begins another one
/// to the same `redirect_uri`.
#[utoipa::path(get, path = "/auth/v1/provider/uri", tag = "signing up",
    params(
        ("x-device-id" = String, Header, description = "The device, which must be the same when the code comes back"),
        ("provider_id" = String, Query, description = "Which third party"),
        ("redirect_uri" = Option<String>, Query, description = "Where it sends the user back to; must be registered"),
        ("state" = Option<String>, Query, description = "Handed back to the client"),
        ("scope" = Option<String>, Query, description = "Scopes in place of the configured ones"),
    ),
    responses(
        (status = 200, body = ProviderUriAnswer),
        (status = 400, description = "`invalid_argument`, `provider_error`; `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such provider", body = ErrorBody),
        (status = 429, description = "`resource_exhausted`", body = ErrorBody),
    ))]
pub(crate) async fn locate_provider(
    context: Context,
    query: Result<Query<Vec<(String, String)>>, actix_web::Error>,
    use_cases: Data<ProviderUseCases>,
) -> Result<HttpResponse, ApiError> {
    let pairs = query.map_err(|_| ApiError::invalid("the query cannot be read"))?.into_inner();
    let UriQuery { provider_id, redirect_uri, state, scope, other_params } = read(pairs)?;
    let origin = context.origin(None)?;
    let command = LocateCommand { provider_id, redirect_uri, state, scope, other_params, origin };
    Ok(HttpResponse::Ok().json(ProviderUriAnswer { uri: use_cases.locate.run(command).await? }))
}

/// What the query says.
pub(crate) struct UriQuery {
    pub(crate) provider_id: String,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) scope: Option<String>,
    /// The name and the value of each `other_params[name]=value`.
    pub(crate) other_params: Vec<(String, String)>,
}

pub(crate) fn read(pairs: Vec<(String, String)>) -> Result<UriQuery, ApiError> {
    let other_params = pairs.iter().filter_map(|(name, value)| {
        let inner = name.strip_prefix("other_params[")?.strip_suffix(']')?;
        Some((inner.to_owned(), value.clone()))
    });
    let other_params = other_params.collect();
    let mut fields: BTreeMap<_, _> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    Ok(UriQuery {
        provider_id: fields.remove("provider_id").ok_or_else(|| ApiError::invalid("provider_id is required"))?,
        redirect_uri: fields.remove("redirect_uri"),
        state: fields.remove("state"),
        scope: fields.remove("scope"),
        other_params,
    })
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    const NAME: &str = "provider_id|redirect_uri|state|scope|other_params[\\[(]?\\PC{0,3}\\]?|(?s).{0,9}";

    proptest! {
        #[test]
        fn other_params_keep_their_names_values_and_order(
            others in vec(("(?s).{0,9}|[a-z]{1,9}|state|scope", "(?s).{0,9}"), 0..4),
            state in "(?s).{0,9}",
        ) {
            let mut pairs = vec![pair("provider_id", "github"), pair("state", &state), pair("other_params", "x")];
            pairs.extend(others.iter().map(|(name, value)| pair(&format!("other_params[{name}]"), value)));
            let read = read(pairs).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(read.other_params, others);
            prop_assert_eq!((read.provider_id, read.state.unwrap_or_default()), ("github".to_owned(), state));
            prop_assert_eq!((read.redirect_uri, read.scope), (None, None));
        }

        #[test]
        fn what_is_read_was_sent_and_no_field_is_empty(pairs in vec((NAME, "(?s).{0,3}"), 0..6)) {
            let Ok(read) = read(pairs.clone()) else {
                prop_assert!(!pairs.iter().any(|(name, value)| name == "provider_id" && !value.is_empty()));
                return Ok(());
            };
            let fields = [("redirect_uri", read.redirect_uri), ("state", read.state), ("scope", read.scope)];
            let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
            for (name, value) in fields.chain([("provider_id", read.provider_id)]) {
                prop_assert!(!value.is_empty() && pairs.contains(&pair(name, &value)), "{} {:?}", name, value);
            }
            for (name, value) in read.other_params {
                prop_assert!(pairs.contains(&pair(&format!("other_params[{name}]"), &value)), "{:?}", name);
            }
        }

        #[test]
        fn no_query_makes_the_reader_panic(query in "(provider_id=|&|%|\\[|other_params\\[a\\]=|\\PC){0,30}") {
            if let Ok(pairs) = Query::<Vec<(String, String)>>::from_query(&query) {
                let _ = read(pairs.into_inner());
            }
        }
    }
}
