//! `PATCH /auth/v1/user/profile`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::account::EditCommand;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::me::Me;
use super::use_cases::AccountUseCases;
use crate::HttpOptions;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{Context, JsonBody, OtherFields, SignedIn, SudoQuery, text};

/// What to change. Absent fields stay as they are.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "Ann", "gender": "FEMALE", "picture": "https://example.com/ann.png", "locale": "zh", "username": "user123",
}))]
pub(crate) struct ProfileBody {
    /// The name to show.
    #[serde(default, deserialize_with = "text::optional")]
    name: Option<String>,
    /// The gender: `MALE`, `FEMALE` or `UNKNOWN`.
    #[serde(default, deserialize_with = "text::optional")]
    gender: Option<String>,
    /// The address of a picture.
    #[serde(default, deserialize_with = "text::optional")]
    picture: Option<String>,
    /// A language tag.
    #[serde(default, deserialize_with = "text::shown")]
    locale: Option<String>,
    /// The chosen name.
    #[serde(default, deserialize_with = "text::optional")]
    username: Option<String>,
    /// The `sudo_token` from `/auth/v1/user/sudo`, which may also stand in the query. For a username, a session that began
    /// or passed `/user/sudo` lately on the same device needs none.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    sudo_token: Option<SecretString>,
    /// Chosen names of kinds that the program registered. Other fields are ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    others: OtherFields,
}

/// Edit the profile. The answer is the changed account.
#[utoipa::path(patch, path = "/auth/v1/user/profile", tag = "account", request_body = ProfileBody,
    security(("bearer" = [])),
    params(("sudo_token" = Option<String>, Query, description = "From `/auth/v1/user/sudo`")),
    responses(
        (status = 200, body = Me),
        (status = 400, description = "`invalid_argument`, `failed_precondition`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: a username without presence, or of an anonymous user; a bad sudo token", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
    ))]
pub(crate) async fn edit_profile(
    caller: SignedIn,
    context: Context,
    sudo: SudoQuery,
    options: Data<HttpOptions>,
    body: JsonBody<ProfileBody>,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { mut fields, client_id } = body;
    let command = EditCommand {
        name: fields.name,
        gender: fields.gender,
        picture: fields.picture,
        locale: fields.locale,
        username: fields.username,
        sudo_token: sudo.0.or(fields.sudo_token),
        chosen: fields.others.take_chosen(&options.schemes),
        ..EditCommand::default()
    };
    use_cases.edit.run(&caller.0, command, &context.origin(client_id.as_deref())?).await?;
    let changed = use_cases.authenticate.run(context.bearer.as_deref()).await?;
    Ok(HttpResponse::Ok().json(Me::from(changed)))
}
