//! `POST /auth/v1/signin`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::sign_in::{CodeCommand, CodeSignInRefusal, PasswordCommand, PasswordSignInRefusal};
use auth_domain::captcha::GatedCall;
use auth_domain::origin::Origin;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::SignInUseCases;
use crate::answers::{TokenAnswer, token_answer};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Context, JsonBody, text};

impl From<PasswordSignInRefusal> for ApiError {
    fn from(refusal: PasswordSignInRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            PasswordSignInRefusal::WrongPassword => Self::new(ErrorName::InvalidPassword, description),
            PasswordSignInRefusal::PasswordNotSet => Self::new(ErrorName::PasswordNotSet, description),
            PasswordSignInRefusal::Blocked => Self::new(ErrorName::UserBlocked, description),
            PasswordSignInRefusal::TooManyTries(over) => {
                Self::over_guesses(ErrorName::InvalidStatus, &description, over)
            }
        }
    }
}

impl From<CodeSignInRefusal> for ApiError {
    fn from(refusal: CodeSignInRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            CodeSignInRefusal::VerificationToken(_) | CodeSignInRefusal::Mismatch => Self::invalid(description),
            CodeSignInRefusal::NoSuchUser => Self::new(ErrorName::NotFound, description),
            CodeSignInRefusal::Blocked => Self::new(ErrorName::UserBlocked, description),
        }
    }
}

/// A login name with a password, or a verification token.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"username": "user123", "password": "Password@123"}))]
pub(crate) struct SignInBody {
    /// A username, a phone number or an e-mail address.
    #[serde(default, deserialize_with = "text::optional")]
    username: Option<String>,
    /// The password.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
    /// The `verification_token` from `/auth/v1/verification/verify`.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    verification_token: Option<SecretString>,
}

impl SignInBody {
    /// Whether there is enough to try.
    pub(crate) fn is_complete(&self) -> bool {
        self.verification_token.is_some() || (self.username.is_some() && self.password.is_some())
    }
}

/// Sign in by password or by code.
#[utoipa::path(post, path = "/auth/v1/signin", tag = "signing in", request_body = SignInBody,
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, description = "`invalid_argument`, `invalid_password`, `password_not_set`; `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 403, description = "`user_blocked`", body = ErrorBody),
        (status = 404, description = "`not_found` (by code only)", body = ErrorBody),
        (status = 429, description = "`invalid_status`: too many tries", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    ))]
pub(crate) async fn sign_in(
    context: Context,
    body: JsonBody<SignInBody>,
    use_cases: Data<SignInUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    // A verification token has been paid for when its code was sent.
    let origin = match fields.verification_token {
        Some(_) => context.origin(client_id.as_deref())?,
        None => context.admit(GatedCall::SignIn, client_id.as_deref()).await?,
    };
    sign_in_with(fields, origin, &use_cases).await
}

/// Signs in with the fields of a body, which may have come encrypted.
pub(crate) async fn sign_in_with(
    fields: SignInBody,
    origin: Origin,
    use_cases: &SignInUseCases,
) -> Result<HttpResponse, ApiError> {
    let tokens = match (fields.verification_token, fields.username, fields.password) {
        (Some(token), login, _) => {
            let login = login.filter(|login| !is_bare_prefix(login));
            use_cases.with_code.run(CodeCommand { token, login, origin }).await?
        }
        (None, Some(login), Some(password)) => {
            use_cases.with_password.run(PasswordCommand { login, password, origin }).await?
        }
        (None, None, _) => return Err(ApiError::invalid("username is required")),
        (None, Some(_), None) => {
            return Err(ApiError::invalid("verification_token is required, or the account's secret with username"));
        }
    };
    Ok(token_answer(tokens))
}

/// Whether it is only a calling code such as `+86 `, which a client sends when it has lost the number.
fn is_bare_prefix(login: &str) -> bool {
    let code = login.trim().strip_prefix('+');
    code.is_some_and(|code| (1..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_prefix_is_as_good_as_none() {
        for (login, is_bare) in
            [("+86 ", true), ("+1", true), ("+86 13000000000", false), ("86", false), ("+", false), ("ann", false)]
        {
            assert_eq!(is_bare_prefix(login), is_bare, "{login}");
        }
    }
}
