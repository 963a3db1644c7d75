//! What users do with their own accounts; one file each.

mod bind_identity;
mod change_contact;
mod delete_account;
mod edit_account;
mod editor;
mod list_providers;
mod present_password;
mod prove_presence;
mod query_users;
mod reset_password;
mod set_password;

pub use bind_identity::{BindIdentity, BindIdentityError};
pub use change_contact::{ChangeContact, ChangeContactCommand, ChangeContactError};
pub use delete_account::{DeleteAccount, DeleteAccountError};
pub use edit_account::{EditAccount, EditAccountError, EditCommand};
pub use editor::Editor;
pub use list_providers::ListProviders;
pub use present_password::{PresentPassword, PresentPasswordError};
pub use prove_presence::{PresenceEvidence, PresenceReceipt, ProvePresence, ProvePresenceError};
pub use query_users::{FoundUser, QueryUsers, QueryUsersError, UserQuery};
pub use reset_password::{ResetCommand, ResetPassword, ResetPasswordError};
pub use set_password::{SetPassword, SetPasswordCommand, SetPasswordError};
