//! `GET /auth/v1/provider/uri`

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use auth_application::{LocateCommand, LocateProvider, LocateProviderError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::Context;

impl From<LocateProviderError> for ApiError {
    fn from(error: LocateProviderError) -> Self {
        let description = error.to_string();
        match error {
            LocateProviderError::UnknownProvider => Self::new(ErrorName::NotFound, description),
            LocateProviderError::RedirectUri => Self::invalid(description),
            LocateProviderError::Faulty(cause) => Self::new(ErrorName::ProviderError, description).caused_by(cause),
        }
    }
}

/// Where to send the user.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"uri": "https://third.party/authorize?client_id=…&redirect_uri=…&state=…&scope=…"}))]
pub(crate) struct ProviderUriAnswer {
    /// The third party's address.
    uri: String,
}

/// The third party's address to send the user to.
#[utoipa::path(get, path = "/auth/v1/provider/uri", tag = "signing up",
    params(
        ("provider_id" = String, Query, description = "Which third party"),
        ("redirect_uri" = Option<String>, Query, description = "Where it sends the user back to; must be registered"),
        ("state" = Option<String>, Query, description = "Handed back to the client"),
        ("scope" = Option<String>, Query, description = "Scopes in place of the configured ones"),
    ),
    responses(
        (status = 200, body = ProviderUriAnswer),
        (status = 400, description = "`invalid_argument`, `provider_error`", body = ErrorBody),
        (status = 404, description = "`not_found`: no such provider", body = ErrorBody),
    ))]
pub(crate) async fn uri(
    context: Context,
    query: Result<Query<Vec<(String, String)>>, actix_web::Error>,
    use_case: Data<LocateProvider>,
) -> Result<HttpResponse, ApiError> {
    let pairs = query.map_err(|_| ApiError::invalid("the query cannot be read"))?.into_inner();
    let other_params = pairs.iter().filter_map(|(name, value)| {
        let inner = name.strip_prefix("other_params[")?.strip_suffix(']')?;
        Some((inner.to_owned(), value.clone()))
    });
    let other_params: Vec<_> = other_params.collect();
    let mut fields: BTreeMap<_, _> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let command = LocateCommand {
        provider_id: fields.remove("provider_id").ok_or_else(|| ApiError::invalid("provider_id is required"))?,
        redirect_uri: fields.remove("redirect_uri"),
        state: fields.remove("state"),
        scope: fields.remove("scope"),
        other_params,
        origin: context.origin(None)?,
    };
    Ok(HttpResponse::Ok().json(ProviderUriAnswer { uri: use_case.run(command).await? }))
}
