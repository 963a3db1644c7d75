//! `PATCH /admin/v1/users/{id}`

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::admin::{EditUserCommand, EditUserRefusal, UserProfile};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::HttpOptions;
use crate::admin::AdminUseCases;
use crate::admin::caller::MayWrite;
use crate::admin::url::{UserPath, shown};
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{JsonBody, text};

impl From<EditUserRefusal> for ApiError {
    fn from(refusal: EditUserRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            EditUserRefusal::NoSuchUser => Self::new(ErrorName::NotFound, description),
            EditUserRefusal::LoginNames(_) | EditUserRefusal::Profile(_) => Self::invalid(description),
            EditUserRefusal::Taken(_) => Self::new(ErrorName::FailedPrecondition, description),
        }
    }
}

/// What to change. What is left out, null or empty stays as it is, unless `clear` names it.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"nickname": "Ann", "email": "ann@example.com"}))]
pub(crate) struct EditUserBody {
    /// The chosen name: 2–48 letters, digits, `_`, `-` and `.`.
    #[serde(default, deserialize_with = "text::optional")]
    username: Option<String>,
    /// An e-mail address in place of the present one. It counts as unproven until the user signs in with a code.
    #[serde(default, deserialize_with = "text::optional")]
    email: Option<String>,
    /// A phone number such as `+86 13000000000` in place of the present one. It counts as unproven until the user signs in
    /// with a code.
    #[serde(default, deserialize_with = "text::optional")]
    phone_number: Option<String>,
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
    /// The parts of the profile that are removed: of `nickname`, `gender`, `picture`, `locale` and `description`. A login
    /// name can be replaced, but not removed.
    clear: Option<Vec<String>>,
    /// Login names of further registered kinds.
    #[serde(flatten)]
    #[schema(ignore)]
    others: BTreeMap<String, Value>,
}

impl EditUserBody {
    fn command(self, options: &HttpOptions) -> Result<EditUserCommand, ApiError> {
        let known = [("username", self.username), ("email", self.email), ("phone_number", self.phone_number)];
        let mut identifiers: Vec<_> =
            known.into_iter().filter_map(|(kind, raw)| Some((kind.to_owned(), raw?))).collect();
        for (name, value) in self.others {
            match value {
                _ if options.schemes.get(&name).is_none() => return Err(unknown(&name)),
                Value::String(raw) if !raw.is_empty() => identifiers.push((name, raw)),
                Value::String(_) | Value::Null => {}
                _ => return Err(ApiError::invalid(format!("{name} has the wrong type"))),
            }
        }
        let profile = UserProfile {
            nickname: self.nickname,
            gender: self.gender,
            picture: self.picture,
            locale: self.locale,
            description: self.description,
        };
        Ok(EditUserCommand { identifiers, profile, clear: self.clear.unwrap_or_default() })
    }
}

/// A misspelt field would silently change nothing.
fn unknown(name: &str) -> ApiError {
    let shown = shown(name);
    ApiError::invalid(format!("there is no field {shown:?} that can be changed here"))
}

/// Edit a user's profile and login names. The owner is told of a new login name; sessions go on. Other fields than these
/// are refused.
#[utoipa::path(patch, path = "/admin/v1/users/{id}", tag = "users", security(("admin_key" = ["users:write"])),
    params(("id" = String, Path, description = "The user's id", example = "3764823471234567890")),
    request_body = EditUserBody,
    responses(
        (status = 200, body = Empty),
        (status = 400, description = "`invalid_argument`, `failed_precondition` (login name taken)", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: needs `users:write`", body = ErrorBody),
        (status = 404, description = "`not_found`", body = ErrorBody),
    ))]
pub(crate) async fn edit_user(
    caller: MayWrite<(UserPath, JsonBody<EditUserBody>)>,
    options: Data<HttpOptions>,
    use_cases: Data<AdminUseCases>,
) -> Result<HttpResponse, ApiError> {
    let (UserPath(user), body) = caller.request;
    let command = body.fields.command(&options)?;
    use_cases.edit_user.run(user, command, &caller.operator).await?;
    Ok(done())
}
