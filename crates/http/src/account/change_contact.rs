//! `PATCH /auth/v1/user/contact`

use actix_web::HttpResponse;
use actix_web::web::Data;
use auth_application::account::{ChangeContactCommand, ChangeContactRefusal};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::use_cases::AccountUseCases;
use crate::HttpOptions;
use crate::answers::{Empty, done};
use crate::error::{ApiError, ErrorBody, ErrorName};
use crate::extract::{Addresses, Context, JsonBody, OtherFields, SignedIn, SudoQuery, text};

impl From<ChangeContactRefusal> for ApiError {
    fn from(refusal: ChangeContactRefusal) -> Self {
        let description = refusal.to_string();
        match refusal {
            ChangeContactRefusal::Identifier(_) | ChangeContactRefusal::VerificationToken(_) => {
                Self::invalid(description)
            }
            ChangeContactRefusal::SudoToken => Self::new(ErrorName::PermissionDenied, description),
            ChangeContactRefusal::NotPresent(refusal) => refusal.into(),
            ChangeContactRefusal::Conversion(refusal) => refusal.into(),
            ChangeContactRefusal::Taken(_) => Self::new(ErrorName::FailedPrecondition, description),
        }
    }
}

/// A new address with its proof.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "phone_number": "+86 13000000000", "verification_token": "…", "sudo_token": "…",
}))]
pub(crate) struct ContactBody {
    /// A phone number such as `+86 13000000000`. Exactly one of `phone_number` and `email` is required.
    #[serde(default, deserialize_with = "text::optional")]
    phone_number: Option<String>,
    /// An e-mail address. Exactly one of `phone_number` and `email` is required.
    #[serde(default, deserialize_with = "text::optional")]
    email: Option<String>,
    /// The `sudo_token` from `/auth/v1/user/sudo`, which may also stand in the query. For the first address of its kind
    /// in an account without a password, a session that began or passed `/user/sudo` lately on the same device needs
    /// none.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(value_type = Option<String>)]
    sudo_token: Option<SecretString>,
    /// The `verification_token` for the new address.
    #[serde(default, deserialize_with = "text::secret")]
    #[schema(required, value_type = String)]
    verification_token: Option<SecretString>,
    /// Only `DEFAULT` is taken: an address that somebody else has is refused.
    #[serde(default, deserialize_with = "text::optional")]
    conflict_resolution: Option<String>,
    /// Addresses of kinds that the program registered. Other fields are ignored.
    #[serde(flatten)]
    #[schema(ignore)]
    others: OtherFields,
}

/// Add or change the phone number or the e-mail address. The user's other sessions end.
#[utoipa::path(patch, path = "/auth/v1/user/contact", tag = "account", request_body = ContactBody,
    security(("bearer" = [])),
    params(("sudo_token" = Option<String>, Query, description = "From `/auth/v1/user/sudo`")),
    responses(
        (status = 200, body = Empty),
        (status = 400, description = "`invalid_argument`, `failed_precondition` (somebody else has it, or a rule of the operator's refuses)", body = ErrorBody),
        (status = 401, description = "`unauthenticated`", body = ErrorBody),
        (status = 403, description = "`permission_denied`: bad sudo token, or not present; `login_type_disabled`: an anonymous user, and the client's users may not sign up this way", body = ErrorBody),
        (status = 501, description = "`unimplemented`: the `conflict_resolution` TRANSFER or DELETE_ACCOUNT_TRANSFER", body = ErrorBody),
    ))]
pub(crate) async fn change_contact(
    caller: SignedIn,
    context: Context,
    options: Data<HttpOptions>,
    sudo: SudoQuery,
    body: JsonBody<ContactBody>,
    use_cases: Data<AccountUseCases>,
) -> Result<HttpResponse, ApiError> {
    let JsonBody { fields, client_id } = body;
    check_conflict_resolution(fields.conflict_resolution.as_deref())?;
    let (kind, address) =
        Addresses::new(vec![("phone_number", fields.phone_number), ("email", fields.email)], fields.others)
            .one(&options.schemes)?;
    let token = fields.verification_token.ok_or_else(|| ApiError::invalid("verification_token is required"))?;
    let command = ChangeContactCommand {
        kind,
        address,
        verification_token: token,
        sudo_token: sudo.0.or(fields.sudo_token),
        origin: context.origin(client_id.as_deref())?,
    };
    use_cases.change_contact.run(&caller.0, command).await?;
    Ok(done())
}

/// The other two are words of the contract (4.11) that would take the address, or the account, from somebody else.
fn check_conflict_resolution(asked: Option<&str>) -> Result<(), ApiError> {
    match asked {
        None | Some("DEFAULT") => Ok(()),
        Some("TRANSFER" | "DELETE_ACCOUNT_TRANSFER") => {
            Err(ApiError::new(ErrorName::Unimplemented, "conflict_resolution must be DEFAULT"))
        }
        Some(_) => Err(ApiError::invalid("conflict_resolution must be DEFAULT")),
    }
}
