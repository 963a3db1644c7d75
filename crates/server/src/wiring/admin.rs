//! The admin backend's use cases, for the admin listener and for the command line.

use std::sync::Arc;

use auth_application::admin::{
    AuthorizeOperator, CreateUser, DeleteUser, EditUser, ExportUser, FindUsers, ImportUsers, ListEvents,
    ManageAdminKeys, ManageClientKeys, SetUserPassword, SetUserStatus, UserSessions,
};
use auth_application::events::ReviewDeadLetters;
use auth_domain::identifier::Schemes;
use auth_extension::Storage;
use auth_http::admin::AdminUseCases;

use super::events;
use super::parts::Parts;
use crate::{Configuration, StartFailure};

pub(super) fn use_cases(parts: &Parts<'_>) -> AdminUseCases {
    let Parts { stores, hasher, clock, key, schemes, event_signal, .. } = parts;
    let password_policy = parts.password_policy.clone();
    AdminUseCases {
        authorize: Arc::new(AuthorizeOperator::new(stores.admin_keys.clone(), clock.clone())),
        create_user: Arc::new(CreateUser::new(
            stores.users.clone(),
            hasher.clone(),
            parts.recorder(),
            schemes.clone(),
            password_policy.clone(),
        )),
        find_users: Arc::new(FindUsers::new(
            stores.accounts.clone(),
            stores.users.clone(),
            schemes.clone(),
            parts.recorder(),
        )),
        edit_user: Arc::new(EditUser::new(stores.accounts.clone(), schemes.clone(), parts.recorder())),
        set_status: Arc::new(SetUserStatus::new(stores.users.clone(), parts.recorder())),
        set_password: Arc::new(SetUserPassword::new(
            stores.accounts.clone(),
            hasher.clone(),
            parts.recorder(),
            password_policy,
        )),
        delete_user: Arc::new(DeleteUser::new(stores.accounts.clone(), parts.recorder(), key.clone())),
        sessions: Arc::new(UserSessions::new(stores.accounts.clone(), stores.sessions.clone(), parts.recorder())),
        export_user: Arc::new(ExportUser::new(
            stores.accounts.clone(),
            stores.sessions.clone(),
            stores.known_devices.clone(),
            stores.events.clone(),
            parts.recorder(),
        )),
        import_users: Arc::new(ImportUsers::new(
            stores.users.clone(),
            hasher.clone(),
            parts.recorder(),
            schemes.clone(),
        )),
        list_events: Arc::new(ListEvents::new(stores.events.clone(), parts.recorder())),
        subscriptions: Arc::new(events::subscriptions(parts)),
        dead_letters: Arc::new(ReviewDeadLetters::new(
            stores.dead_letters.clone(),
            event_signal.clone(),
            parts.recorder(),
        )),
    }
}

/// What the sub-commands use, without listeners, senders or signing keys.
pub(crate) struct CommandLine {
    /// Users.
    pub(crate) admin: AdminUseCases,
    /// Admin keys.
    pub(crate) admin_keys: ManageAdminKeys,
    /// Publishable keys of clients.
    pub(crate) client_keys: ManageClientKeys,
    /// The kinds of login names.
    pub(crate) schemes: Schemes,
}

impl CommandLine {
    /// Builds it on an open storage. Blocking.
    pub(crate) fn build(configuration: &Configuration, storage: &dyn Storage) -> Result<Self, StartFailure> {
        let parts = Parts::build(configuration, storage)?;
        let admin_keys = ManageAdminKeys::new(parts.stores.admin_keys.clone(), parts.recorder());
        let client_keys = client_keys(&parts);
        Ok(Self { admin: use_cases(&parts), admin_keys, client_keys, schemes: parts.schemes })
    }
}

pub(super) fn client_keys(parts: &Parts<'_>) -> ManageClientKeys {
    ManageClientKeys::new(parts.stores.client_keys.clone(), parts.clients.clone(), parts.recorder())
}
