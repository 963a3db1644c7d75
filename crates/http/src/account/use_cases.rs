//! What the wiring hands over.

use std::sync::Arc;

use auth_application::account::{
    BindIdentity, ChangeContact, DeleteAccount, EditAccount, ListProviders, ProvePresence, QueryUsers, ResetPassword,
    SetPassword,
};
use auth_application::session::Authenticate;

/// The use cases behind the endpoints of accounts.
pub struct AccountUseCases {
    /// Reads the account once more after a change.
    pub authenticate: Arc<Authenticate>,
    /// Trades a password or a code for a sudo token.
    pub prove_presence: Arc<ProvePresence>,
    /// Sets the password of the signed-in user.
    pub set_password: Arc<SetPassword>,
    /// Sets a forgotten password.
    pub reset_password: Arc<ResetPassword>,
    /// Edits profile and login names.
    pub edit: Arc<EditAccount>,
    /// Changes the phone number or the e-mail address.
    pub change_contact: Arc<ChangeContact>,
    /// Binds identities at third parties, and unbinds them.
    pub bind_identity: Arc<BindIdentity>,
    /// Lists the third parties of an account.
    pub list_providers: Arc<ListProviders>,
    /// Deletes the account.
    pub delete: Arc<DeleteAccount>,
    /// Looks other users up.
    pub query_users: Arc<QueryUsers>,
}
