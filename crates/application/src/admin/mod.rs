//! The admin backend: what operators and their backends may do to anybody's account.
//!
//! Every use case that changes something takes an [`Operator`], whose name appears in the event that is stored in the
//! same transaction. Authorization happens before: [`AuthorizeOperator`] decides for requests, and at the command
//! line access to the machine is enough.

mod authorize_operator;
mod create_user;
mod delete_user;
mod edit_user;
mod export_user;
mod find_users;
mod import_users;
mod initial_password;
mod list_events;
mod login_names;
mod manage_admin_keys;
mod manage_client_keys;
mod operator;
mod set_user_password;
mod set_user_status;
mod user_profile;
mod user_sessions;

pub use authorize_operator::{AuthorizeOperator, AuthorizeOperatorRefusal};
pub use create_user::{CreateUser, CreateUserCommand, CreateUserRefusal, CreatedUser};
pub use delete_user::DeleteUser;
pub use edit_user::{EditUser, EditUserCommand, EditUserRefusal};
pub use export_user::{ExportUser, ExportedUser};
pub use find_users::{FindUsers, FindUsersRefusal};
pub use import_users::{ImportRecord, ImportRefusal, ImportUser, ImportUsers, ImportVerdict};
pub use list_events::ListEvents;
pub use login_names::LoginNamesError;
pub use manage_admin_keys::{ManageAdminKeys, NewAdminKey, NewAdminKeyRefusal};
pub use manage_client_keys::{ManageClientKeys, NewClientKeyRefusal};
pub use operator::{OnUserRefusal, Operator};
pub use set_user_password::{SetUserPassword, SetUserPasswordRefusal};
pub use set_user_status::SetUserStatus;
pub use user_profile::UserProfile;
pub use user_sessions::UserSessions;
