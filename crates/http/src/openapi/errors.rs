//! Examples of errors: one for each name, which all answers that may be this error refer to.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::{OpenApi, Ref, RefOr, Response};

use crate::endpoints::operations;
use crate::error::{ApiError, ErrorBody, ErrorName};

/// Gives each answer that is an error the examples of the errors that its description names.
pub(super) fn add_examples(document: &mut OpenApi) {
    let mut used = BTreeMap::new();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        for (status, response) in &mut operation.responses.responses {
            let RefOr::T(response) = response else { continue };
            let names = names(status, &response.description);
            for content in response.content.values_mut() {
                let RefOr::T(content) = content else { continue };
                let is_error = content.schema.as_ref().is_some_and(is_error);
                if !is_error || content.example.is_some() || !content.examples.is_empty() {
                    continue;
                }
                let references = names.iter().map(|name| (wire_name(*name).to_owned(), reference(*name)));
                content.examples.extend(references);
                used.extend(names.iter().map(|name| (wire_name(*name), *name)));
            }
        }
    }
    let examples = used.into_iter().map(|(wire_name, name)| (wire_name.to_owned(), example(name)));
    document.components.get_or_insert_default().examples.extend(examples);
}

/// A description for an error that has none.
pub(super) fn description(status: &str, response: &Response) -> Option<String> {
    let mut schemas = response.content.values().filter_map(|content| match content {
        RefOr::T(content) => content.schema.as_ref(),
        RefOr::Ref(_) => None,
    });
    schemas.any(is_error).then(|| usual(status)).flatten().map(|name| format!("`{}`", wire_name(name)))
}

/// The errors that a description names as code. If it names none, the first one whose usual status this is.
fn names(status: &str, description: &str) -> Vec<ErrorName> {
    let is_named = |name: &ErrorName| description.contains(&format!("`{}`", wire_name(*name)));
    let named: Vec<_> = ErrorName::ALL.into_iter().filter(is_named).collect();
    if named.is_empty() { usual(status).into_iter().collect() } else { named }
}

fn usual(status: &str) -> Option<ErrorName> {
    let status: StatusCode = status.parse().ok()?;
    ErrorName::ALL.into_iter().find(|name| name.row().2 == status)
}

fn wire_name(name: ErrorName) -> &'static str {
    name.row().0
}

fn is_error<T>(schema: &RefOr<T>) -> bool {
    let of_error = Ref::from_schema_name(<ErrorBody as utoipa::ToSchema>::name());
    matches!(schema, RefOr::Ref(reference) if reference.ref_location == of_error.ref_location)
}

fn reference<T>(name: ErrorName) -> RefOr<T> {
    RefOr::Ref(Ref::new(format!("#/components/examples/{}", wire_name(name))))
}

fn example(name: ErrorName) -> RefOr<utoipa::openapi::example::Example> {
    let body = ApiError::new(name, text(name)).body();
    ExampleBuilder::new().value(Some(serde_json::json!(body))).into()
}

/// What an answer of the service with this error says, for example.
fn text(name: ErrorName) -> &'static str {
    match name {
        ErrorName::InvalidArgument => "email is not an e-mail address",
        ErrorName::NotFound => "there is no such user",
        ErrorName::PermissionDenied => "this needs the user to be present: call /auth/v1/user/sudo first",
        ErrorName::ResourceExhausted => "too many requests: try again later",
        ErrorName::FailedPrecondition => "email is already registered",
        ErrorName::Aborted => "too many tries at this code: ask for a new one",
        ErrorName::Unimplemented => "this is switched off",
        ErrorName::Internal => "the service failed",
        ErrorName::Unavailable => "the service is busy: try again later",
        ErrorName::Unauthenticated => "sign in first: the access token is missing, wrong, expired or revoked",
        ErrorName::CaptchaRequired => "this call needs a captcha_token: ask /auth/v1/captcha/data for a puzzle",
        ErrorName::CaptchaInvalid => {
            "the captcha_token is wrong, expired or used: ask /auth/v1/captcha/data for another puzzle"
        }
        ErrorName::ProviderError => "the third party could not be asked",
        ErrorName::UnauthorizedClient => "the client's secret is missing or wrong",
        ErrorName::LoginTypeDisabled => "signing up by email is not open to this client",
        ErrorName::InvalidGrant => "the refresh token is unknown, used or expired",
        ErrorName::InvalidPassword => "the username or the password is wrong",
        ErrorName::PasswordNotSet => "the account has no password: sign in with a code or a third party",
        ErrorName::UserBlocked => "the account is blocked",
        ErrorName::InvalidStatus => "too many wrong passwords: try again in 60 s",
        ErrorName::UnsupportedGrantType => "grant_type must be refresh_token or client_credentials",
    }
}
