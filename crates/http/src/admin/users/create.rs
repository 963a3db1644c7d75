//! `POST /admin/v1/users`

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::admin::{CreateUserCommand, CreateUserRefusal, UserProfile};
use auth_domain::accounts::UserStatus;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::HttpOptions;
use crate::admin::AdminUseCases;
use crate::admin::caller::MayWrite;
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{JsonBody, text};

impl From<CreateUserRefusal> for ApiError {
    fn from(refusal: CreateUserRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            CreateUserRefusal::LoginNames(_) | CreateUserRefusal::Profile(_) | CreateUserRefusal::Password(_) => {
                Self::invalid(description)
            }
            CreateUserRefusal::Taken(_) => Self::new(ErrorName::FailedPrecondition, description),
        }
    }
}

/// A user to make. At least one of `username`, `email` and `phone_number` is required.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"username": "ann", "password": "Password@123", "nickname": "Ann"}))]
pub(crate) struct CreateUserBody {
    /// The chosen name: 2–48 letters, digits, `_`, `-` and `.`.
    #[serde(default, deserialize_with = "text::optional")]
    username: Option<String>,
    /// An e-mail address. It counts as unproven until the user signs in with a code.
    #[serde(default, deserialize_with = "text::optional")]
    email: Option<String>,
    /// A phone number such as `+86 13000000000`. It counts as unproven until the user signs in with a code.
    #[serde(default, deserialize_with = "text::optional")]
    phone_number: Option<String>,
    /// The password: 8–256 characters. Without one, a random one is made and given in the answer.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
    /// The name to show.
    #[serde(default, deserialize_with = "text::optional")]
    nickname: Option<String>,
    /// The gender: `MALE`, `FEMALE` or `UNKNOWN`.
    #[serde(default, deserialize_with = "text::optional")]
    gender: Option<String>,
    /// The address of a picture.
    #[serde(default, deserialize_with = "text::optional")]
    picture: Option<String>,
    /// A language tag, such as `zh`.
    #[serde(default, deserialize_with = "text::optional")]
    locale: Option<String>,
    /// A few words about the user, at most 200 characters.
    #[serde(default, deserialize_with = "text::optional")]
    description: Option<String>,
    /// Whether the user may sign in: `ACTIVE` (default) or `BLOCKED`.
    #[serde(default, deserialize_with = "text::optional")]
    status: Option<String>,
    /// Login names of further registered kinds. Other fields are ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    others: BTreeMap<String, Value>,
}

impl CreateUserBody {
    fn command(self, options: &HttpOptions) -> Result<CreateUserCommand, ApiError> {
        let known = [("username", self.username), ("email", self.email), ("phone_number", self.phone_number)];
        let known = known.into_iter().filter_map(|(kind, raw)| Some((kind.to_owned(), raw?)));
        let others = self.others.into_iter().filter_map(|(name, value)| match value {
            Value::String(raw) if !raw.is_empty() && options.schemes.get(&name).is_some() => Some((name, raw)),
            _ => None,
        });
        let profile = UserProfile {
            nickname: self.nickname,
            gender: self.gender,
            picture: self.picture,
            locale: self.locale,
            description: self.description,
        };
        let identifiers = known.chain(others).collect();
        let status = self.status.as_deref().map_or(Ok(UserStatus::Active), read_status)?;
        Ok(CreateUserCommand { identifiers, password: self.password, profile, status })
    }
}

pub(super) fn read_status(word: &str) -> Result<UserStatus, ApiError> {
    UserStatus::from_name(word).ok_or_else(|| ApiError::invalid("status must be ACTIVE or BLOCKED"))
}

/// The user has been made.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "3764823471234567890"}))]
pub(crate) struct CreatedAnswer {
    /// The user's id, `sub` in tokens.
    id: String,
    /// The random password, when none was given. This is the only copy; it is valid until the user or
    /// an operator changes it, and the user should be asked to.
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_password: Option<String>,
}

/// Make a user, without codes and without a session.
#[utoipa::path(post, path = "/admin/v1/users", tag = "users", security(("admin_key" = ["users:write"])), request_body = CreateUserBody,
    responses(
        (status = 200, body = CreatedAnswer),
        (status = 400, description = "`invalid_argument`, `failed_precondition` (login name taken)", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:write`", body = ErrorBody),
        (status = 503, description = "`unavailable`", body = ErrorBody),
    ))]
pub(crate) async fn create_user(
    caller: MayWrite<JsonBody<CreateUserBody>>,
    options: Data<HttpOptions>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let command = caller.request.fields.command(&options)?;
    let created = use_cases.create_user.run(command, &caller.operator).await?;
    Ok(HttpResponse::Ok().json(CreatedAnswer {
        id: created.id.to_string(),
        initial_password: created.initial_password.map(|password| password.expose_secret().to_owned()),
    }))
}
