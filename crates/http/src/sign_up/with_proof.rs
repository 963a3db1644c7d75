//! `POST /auth/v1/signup`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::session::Authenticate;
use auth_application::sign_up::{SignUpCommand, SignUpRefusal};
use auth_domain::access::Scope;
use auth_domain::accounts::UserId;
use auth_domain::captcha::GatedCall;
use auth_domain::sessions::SessionId;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::SignUpUseCases;
use crate::HttpOptions;
use crate::answers::{TokenAnswer, token_answer};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Addresses, Context, JsonBody, OtherFields, text};

impl From<SignUpRefusal> for ApiError {
    fn from(refusal: SignUpRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            SignUpRefusal::Refused(_)
            | SignUpRefusal::Username(_)
            | SignUpRefusal::Password(_)
            | SignUpRefusal::VerificationToken(_)
            | SignUpRefusal::NotAnonymous
            | SignUpRefusal::ProviderToken { beside_address: true, .. } => Self::invalid(description),
            SignUpRefusal::ProviderToken { beside_address: false, .. } => {
                Self::new(ErrorName::InvalidGrant, description)
            }
            SignUpRefusal::ScenarioClosed(_) => Self::new(ErrorName::LoginTypeDisabled, description),
            SignUpRefusal::Taken(_)
            | SignUpRefusal::ExternalIdentityTaken
            | SignUpRefusal::VoucherUnusable(_)
            | SignUpRefusal::Rule(_) => Self::new(ErrorName::FailedPrecondition, description),
            SignUpRefusal::TooOften(over) => {
                Self::over_budget(ErrorName::ResourceExhausted, "too many costly requests", over)
            }
        }
    }
}

/// What shows who signs up: a phone number or an e-mail address with its verification token, or a
/// provider token. Username and password are optional in all three.
#[derive(Deserialize, ToSchema)]
pub(crate) struct SignUpBody {
    /// A phone number such as `+86 13000000000`. It needs `verification_token`.
    #[serde(default, deserialize_with = "text::optional")]
    #[schema(value_type = Option<String>)]
    phone_number: Option<String>,
    /// An e-mail address. It needs `verification_token`.
    #[serde(default, deserialize_with = "text::optional")]
    email: Option<String>,
    /// The `verification_token` from `/auth/v1/verification/verify`, for the same address.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    verification_token: Option<SecretString>,
    /// The `provider_token` from `/auth/v1/provider/token`. Beside an address it binds the identity to the new account.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    provider_token: Option<SecretString>,
    /// The chosen name: 2–48 characters with a phone number, 5–24 otherwise.
    #[serde(default, deserialize_with = "text::optional")]
    username: Option<String>,
    /// The password: 8–256 characters.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
    /// The name to show.
    #[serde(default, deserialize_with = "text::shown")]
    name: Option<String>,
    /// The gender: `MALE`, `FEMALE` or `UNKNOWN`.
    #[serde(default, deserialize_with = "text::shown")]
    gender: Option<String>,
    /// The address of a picture.
    #[serde(default, deserialize_with = "text::shown")]
    picture: Option<String>,
    /// A language tag, such as `zh`. By default it is the first known one of `Accept-Language`.
    #[serde(default, deserialize_with = "text::shown")]
    locale: Option<String>,
    /// The access token of an anonymous user, who becomes this user and keeps the id.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    anonymous_token: Option<SecretString>,
    /// Fields of kinds and scenarios that the program registered. Other fields are ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    others: OtherFields,
}

/// Sign up by phone, by e-mail, or with a third party's identity. The user is signed in.
///
/// If the same request is repeated within two minutes, it gives a fresh session of the same user, so a client whose
/// answer was lost may simply repeat it.
#[utoipa::path(post, path = "/auth/v1/signup", tag = "signing up",
    request_body(content = SignUpBody, examples(
        ("phone_number" = (summary = "Sign up with a phone number", value = json!({
            "phone_number": "+86 13000000000", "verification_token": "…",
            "username": "user123", "password": "Password@123",
        }))),
        ("email" = (summary = "Sign up with an e-mail address", value = json!({
            "email": "user@example", "verification_token": "…", "username": "user123", "password": "Password@123",
        }))),
        ("third_party" = (summary = "Sign up with a third party's identity", value = json!({
            "provider_token": "…", "name": "Ann", "locale": "zh",
        }))),
    )),
    responses(
        (status = 200, body = TokenAnswer),
        (status = 400, description = "`invalid_argument`, `failed_precondition` (address, name or identity taken, or a rule of the operator's refuses), `invalid_grant` (provider token); `captcha_required`, `captcha_invalid`", body = ErrorBody),
        (status = 403, description = "`login_type_disabled`: the client's users may not sign up this way", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    ))]
pub(crate) async fn sign_up(
    context: Context,
    options: Data<HttpOptions>,
    body: JsonBody<SignUpBody>,
    use_cases: Data<SignUpUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { mut fields, client_id } = body;
    let own = use_cases.sign_up.own_fields();
    let own = own.filter_map(|field| Some((field.name, fields.others.take(field.name)?))).collect();
    let chosen = fields.others.take_chosen(&options.schemes);
    let known = vec![("phone_number", fields.phone_number), ("email", fields.email)];
    let command = SignUpCommand {
        addresses: Addresses::new(known, fields.others).present(&options.schemes),
        own,
        chosen,
        username: fields.username,
        password: fields.password,
        verification_token: fields.verification_token,
        provider_token: fields.provider_token,
        name: fields.name,
        gender: fields.gender,
        picture: fields.picture,
        locale: fields.locale,
        language: context.language,
        anonymous_user: fields
            .anonymous_token
            .map(|token| anonymous_user(&use_cases.authenticate, &token))
            .transpose()?,
        origin: context.admit(GatedCall::SignUp, client_id.as_deref()).await?,
    };
    Ok(token_answer(use_cases.sign_up.run(command).await?))
}

/// Does not look at the session, which has ended when a request is repeated.
fn anonymous_user(authenticate: &Authenticate, token: &SecretString) -> Result<(UserId, SessionId), ApiError> {
    let claims = authenticate.read(token.expose_secret()).filter(|claims| claims.scope == Scope::Anonymous);
    claims.map(|claims| (claims.user, claims.session)).ok_or_else(|| SignUpRefusal::NotAnonymous.into())
}
