//! The user's own account, and what users may learn about others.

mod basic_edit;
mod change_contact;
mod check_user;
mod me;
mod profile;
mod prove_presence;
mod providers;
mod query_users;
mod reset_password;
mod set_password;

use std::sync::Arc;

use auth_application::account::{
    BindIdentity, ChangeContact, DeleteAccount, EditAccount, ListProviders, ProvePresence, QueryUsers, ResetPassword,
    SetPassword,
};
use auth_application::session::Authenticate;

use crate::endpoint;
use crate::endpoints::Endpoints;

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

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::new("account")
        .with(endpoint!(me::me).also_at("/auth/v2/user/me", "SDKs that sign in encrypted call it here"))
        .with(endpoint!(me::delete_me))
        .with(endpoint!(basic_edit::basic_edit))
        .with(endpoint!(profile::edit_profile))
        .with(endpoint!(prove_presence::sudo))
        .with(endpoint!(set_password::set_password))
        .with(endpoint!(reset_password::reset_password))
        .with(endpoint!(change_contact::change_contact))
        .with(endpoint!(query_users::query_users))
        .with(endpoint!(check_user::check_if_user_exist))
        .with(endpoint!(check_user::check_username))
        .with(endpoint!(providers::list_providers))
        .with(endpoint!(providers::bind_provider))
        .with(endpoint!(providers::unbind_provider))
}
