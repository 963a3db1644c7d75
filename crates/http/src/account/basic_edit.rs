//! `POST /auth/v1/user/basic/edit`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::account::{EditAccountRefusal, EditCommand};
use auth_domain::identifier::Schemes;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::AccountUseCases;
use crate::HttpOptions;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Addresses, Context, JsonBody, OtherFields, SignedIn, SudoQuery, text};

impl From<EditAccountRefusal> for ApiError {
    fn from(refusal: EditAccountRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            EditAccountRefusal::Profile(_) | EditAccountRefusal::Identifier(_) | EditAccountRefusal::Password(_) => {
                Self::invalid(description)
            }
            EditAccountRefusal::Present(error) => error.into(),
            EditAccountRefusal::TooOften(over) => Self::over_budget(ErrorName::ResourceExhausted, &description, over),
            EditAccountRefusal::NotPresent(refusal) => refusal.into(),
            EditAccountRefusal::Conversion(refusal) => refusal.into(),
            EditAccountRefusal::Anonymous | EditAccountRefusal::SudoToken => {
                Self::new(ErrorName::PermissionDenied, description)
            }
            EditAccountRefusal::NotVerified(_) | EditAccountRefusal::Taken(_) | EditAccountRefusal::ProofSpent => {
                Self::new(ErrorName::FailedPrecondition, description)
            }
        }
    }
}

/// What to change. Absent fields stay as they are.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"nickname": "Ann", "username": "ann.lee"}))]
pub(crate) struct BasicEditBody {
    /// The name to show: 2–48 characters.
    #[serde(default, deserialize_with = "text::optional")]
    nickname: Option<String>,
    /// The chosen name: 2–48 characters.
    #[serde(default, deserialize_with = "text::optional")]
    username: Option<String>,
    /// A phone number that this user confirmed with a code within the last ten minutes.
    #[serde(default, deserialize_with = "text::optional")]
    phone: Option<String>,
    /// An e-mail address that this user confirmed with a code within the last ten minutes.
    #[serde(default, deserialize_with = "text::optional")]
    email: Option<String>,
    /// A few words about the user.
    #[serde(default, deserialize_with = "text::optional")]
    description: Option<String>,
    /// The address of a picture.
    #[serde(default, deserialize_with = "text::optional")]
    avatar_url: Option<String>,
    /// The gender: `MALE`, `FEMALE` or `UNKNOWN`.
    #[serde(default, deserialize_with = "text::optional")]
    gender: Option<String>,
    /// The present password. It is required with `new_password`.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
    /// The new password. It needs `password`.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    new_password: Option<SecretString>,
    /// The `sudo_token` from `/auth/v1/user/sudo`, which may also stand in the query. For a username or an address, a
    /// session that began or passed `/user/sudo` lately on the same device needs none.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    sudo_token: Option<SecretString>,
    /// The user's own id. Administrators of the hosted service name other users here, which is refused.
    #[serde(default, deserialize_with = "text::optional")]
    user_id: Option<String>,
    /// Identifiers of kinds that the program registered. Other fields are ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    others: OtherFields,
}

impl BasicEditBody {
    fn into_command(mut self, schemes: &Schemes) -> Result<EditCommand, ApiError> {
        if self.nickname.as_ref().is_some_and(|name| !(2..=48).contains(&name.trim().chars().count())) {
            return Err(ApiError::invalid("nickname must have 2 to 48 characters"));
        }
        let chosen = self.others.take_chosen(schemes);
        let addresses = Addresses::new(vec![("phone_number", self.phone), ("email", self.email)], self.others);
        let passwords = match (self.password, self.new_password) {
            (Some(old), Some(new)) => Some((old, new)),
            (None, Some(_)) => return Err(ApiError::invalid("the present secret is required with the new one")),
            (_, None) => None,
        };
        Ok(EditCommand {
            name: self.nickname,
            gender: self.gender,
            picture: self.avatar_url,
            locale: None,
            description: self.description,
            username: self.username,
            chosen,
            addresses: addresses.present(schemes),
            passwords,
            sudo_token: self.sudo_token,
        })
    }
}

/// Edit the account.
#[utoipa::path(post, path = "/auth/v1/user/basic/edit", tag = "account", request_body = BasicEditBody,
    security(("bearer" = [])),
    params(("sudo_token" = Option<String>, Query, description = "From `/auth/v1/user/sudo`")),
    responses(
        (status = 200, body = Empty),
        (status = 400, description = "`invalid_argument`, `invalid_password`, `password_not_set`, `failed_precondition` (taken, an address that was not confirmed, or a rule of the operator's refuses)", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 429, description = "`invalid_status`: too many tries", body = ErrorBody),
        (status = 403, description = "`permission_denied`: another user's id, a bad sudo token, not present, or a username or password of an anonymous user; `login_type_disabled`: an anonymous user adds an address, and the client's users may not sign up this way", body = ErrorBody),
    ))]
pub(crate) async fn edit_account(
    caller: SignedIn,
    context: Context,
    options: Data<HttpOptions>,
    sudo: SudoQuery,
    body: JsonBody<BasicEditBody>,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    if fields.user_id.as_ref().is_some_and(|id| *id != caller.0.account.id.to_string()) {
        return Err(ApiError::new(ErrorName::PermissionDenied, "other users are edited in the admin backend"));
    }
    let origin = context.origin(client_id.as_deref())?;
    let mut command = fields.into_command(&options.schemes)?;
    command.sudo_token = sudo.0.or(command.sudo_token);
    use_cases.edit.run(&caller.0, command, &origin).await?;
    Ok(done())
}
