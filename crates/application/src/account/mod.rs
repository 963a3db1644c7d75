//! What users do with their own accounts, one file per use case.

mod bind_identity;
mod change_contact;
mod conversion;
mod delete_account;
mod edit_account;
mod editor;
mod list_providers;
mod present_password;
mod prove_presence;
mod query_users;
mod reset_password;
mod set_password;

pub use bind_identity::{BindIdentity, BindIdentityRefusal};
pub use change_contact::{ChangeContact, ChangeContactCommand, ChangeContactRefusal};
pub use conversion::{ConversionRefusal, Conversions};
pub use delete_account::{DeleteAccount, DeleteAccountRefusal};
pub use edit_account::{EditAccount, EditAccountRefusal, EditCommand, EditLimits};
pub use editor::Editor;
pub use list_providers::ListProviders;
pub use present_password::{PresentPassword, PresentPasswordRefusal};
pub use prove_presence::{PresenceEvidence, PresenceReceipt, ProvePresence, ProvePresenceRefusal};
pub use query_users::{QueryUsers, QueryUsersRefusal, UserMatch, UserQuery};
pub use reset_password::{ResetCommand, ResetPassword, ResetPasswordRefusal};
pub use set_password::{SetPassword, SetPasswordCommand, SetPasswordRefusal};
