//! `POST /auth/v1/provider/callback/{provider_id}/{position}`

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use actix_web::web::{Data, Path};
use auth_application::provider::SendOnRefusal;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::ProviderUseCases;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{JsonBody, OAuthBody};
use crate::middleware::cors::POSTED_BACK;

/// The longest field that is passed on, in bytes. Codes and states are far shorter, and an address of several fields must
/// stay below what servers read.
const MAX_FIELD: usize = 2048;

/// Everything but the unreserved characters of RFC 3986, 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address of the service to which browsers post what this third party hands over, without the position.
#[must_use]
pub fn provider_callback(public_url: &str, provider_id: &str) -> String {
    format!("{public_url}{POSTED_BACK}{provider_id}")
}

impl From<SendOnRefusal> for ApiError {
    fn from(refusal: SendOnRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            SendOnRefusal::UnknownProvider | SendOnRefusal::RedirectUri => Self::new(ErrorName::NotFound, description),
        }
    }
}

/// What the third party hands over (OAuth 2.0 Form Post Response Mode; RFC 6749, 4.1.2). Other fields are not passed on.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"code": "…", "state": "…"}))]
pub(crate) struct CallbackForm {
    /// The third party's code.
    #[serde(default)]
    code: Option<String>,
    /// The `state` of `/auth/v1/provider/uri`.
    #[serde(default)]
    state: Option<String>,
    /// Why there is no code.
    #[serde(default)]
    error: Option<String>,
    /// The same, for people.
    #[serde(default)]
    error_description: Option<String>,
}

/// Send a browser on to the application, with the code that a third party posted.
///
/// Browsers come here from third parties with `response_mode = "form_post"`. They go on to the redirect address at this
/// position of the provider's list, with `code` and `state`, or `error`, in the query, as from any other third party.
#[utoipa::path(post, path = "/auth/v1/provider/callback/{provider_id}/{position}", tag = "signing up",
    params(
        ("provider_id" = String, Path, description = "The third party that sends the browser"),
        ("position" = String, Path, description = "Which of the provider's `redirect_uris`, counted from 1"),
    ),
    request_body(content = CallbackForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 303, description = "To the redirect address", headers(("Location" = String, description = "The redirect address with `code` and `state`"))),
        (status = 400, description = "`invalid_argument`: neither code nor error, a field twice, or one that is too long", body = ErrorBody),
        (status = 404, description = "`not_found`: no such provider or position", body = ErrorBody),
    ))]
pub(crate) async fn return_from_provider(
    path: Path<(String, String)>,
    form: OAuthBody<CallbackForm>,
    use_cases: Data<ProviderUseCases>,
) -> Result<HttpResponse, ApiError> {
    let (provider_id, position) = path.into_inner();
    let OAuthBody(JsonBody { fields, .. }) = form;
    let redirect_uri = use_cases.send_on.run(&provider_id, position.parse().unwrap_or_default())?;
    let location = location(&redirect_uri, &fields)?;
    // The code is in the address, which must neither stay in a cache nor be told to other pages.
    let answer = HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .finish();
    Ok(answer)
}

fn location(redirect_uri: &str, form: &CallbackForm) -> Result<String, ApiError> {
    let given = |field: &Option<String>| field.clone().filter(|value| !value.is_empty());
    let (code, error) = (given(&form.code), given(&form.error));
    if code.is_none() && error.is_none() {
        return Err(ApiError::invalid("code or error is required"));
    }
    let fields = [
        ("code", code),
        ("state", form.state.clone()),
        ("error", error),
        ("error_description", given(&form.error_description)),
    ];
    // As registered, but for characters that no header may have.
    let mut location = utf8_percent_encode(redirect_uri, CONTROLS).to_string();
    for (name, value) in fields {
        let Some(value) = value else { continue };
        if value.len() > MAX_FIELD {
            return Err(ApiError::invalid(format!("{name} must have at most {MAX_FIELD} bytes")));
        }
        let before = match location.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        location = format!("{location}{before}{name}={}", utf8_percent_encode(&value, RESERVED));
    }
    Ok(location)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(fields: [Option<&str>; 4]) -> CallbackForm {
        let [code, state, error, error_description] = fields.map(|field| field.map(str::to_owned));
        CallbackForm { code, state, error, error_description }
    }

    #[test]
    fn codes_and_states_are_added_to_the_registered_address() {
        let ok = [Some("a+b/c="), Some("the state&x=1"), None, None];
        for (redirect_uri, fields, sent_on) in [
            ("https://app.example/in", ok, Some("https://app.example/in?code=a%2Bb%2Fc%3D&state=the%20state%26x%3D1")),
            (
                "https://app.example/in?from=us",
                ok,
                Some("https://app.example/in?from=us&code=a%2Bb%2Fc%3D&state=the%20state%26x%3D1"),
            ),
            ("com.example.app:/in", [Some("c"), Some(""), None, None], Some("com.example.app:/in?code=c&state=")),
            ("https://app.example/?", [Some("c"), None, None, None], Some("https://app.example/?code=c")),
            ("https://\u{e4}pp.example/", [Some("c"), None, None, None], Some("https://%C3%A4pp.example/?code=c")),
            (
                "https://app.example/in",
                [None, Some("s"), Some("user_cancelled_authorize"), Some("no\r\nx: y")],
                Some(
                    "https://app.example/in?state=s&error=user_cancelled_authorize&error_description=no%0D%0Ax%3A%20y",
                ),
            ),
            ("https://app.example/in", [None, Some("s"), None, None], None),
            ("https://app.example/in", [Some(""), Some("s"), Some(""), None], None),
        ] {
            let location = location(redirect_uri, &form(fields)).ok();
            assert_eq!(location.as_deref(), sent_on, "{redirect_uri} {fields:?}");
        }
        let long = "x".repeat(MAX_FIELD + 1);
        assert!(location("https://app.example/in", &form([Some(&long), None, None, None])).is_err());
        assert!(location("https://app.example/in", &form([Some("c"), Some(&long), None, None])).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_posted_the_browser_goes_where_it_should(code in "(?s).{1,30}", state in "(?s).{0,30}") {
            let to = location("https://app.example/in", &form([Some(&code), Some(&state), None, None]));
            let to = to.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(to.starts_with("https://app.example/in?code=") && to.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(to.matches(['?', '#']).count(), 1);
            prop_assert_eq!(to.matches('&').count(), 1);
        }
    }
}
