//! The admin backend's use cases, for the admin listener and for the command line.

use std::sync::Arc;

use auth_application::admin::{
    AuthorizeOperator, CreateUser, DeleteUser, ExportUser, FindUsers, ImportUsers, ListEvents, ManageAdminKeys,
    SetUserPassword, SetUserStatus, UserSessions,
};
use auth_domain::credentials::PasswordPolicy;
use auth_domain::identifier::{PhoneNumberScheme, Schemes};
use auth_domain::keyed_hash::ServerKey;
use auth_http::admin::AdminUseCases;
use auth_passwords::Argon2Hasher;
use auth_ports::{Clock, Entropy};
use auth_postgres::PostgresStores;
use auth_settings::Settings;

use super::{database, hasher_settings, schemes};
use crate::{OsEntropy, StartFailure, SystemClock, keys};

/// What the admin backend's use cases are made of.
pub(super) struct AdminParts {
    pub(super) stores: Arc<PostgresStores>,
    pub(super) hasher: Arc<Argon2Hasher>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) key: ServerKey,
    pub(super) schemes: Schemes,
    pub(super) password_policy: PasswordPolicy,
}

impl AdminParts {
    pub(super) fn build(&self) -> AdminUseCases {
        let Self { stores, hasher, clock, entropy, key, schemes, password_policy } = self;
        AdminUseCases {
            authorize: Arc::new(AuthorizeOperator::new(stores.clone(), clock.clone())),
            create_user: Arc::new(CreateUser::new(
                stores.clone(),
                hasher.clone(),
                clock.clone(),
                entropy.clone(),
                schemes.clone(),
                password_policy.clone(),
            )),
            find_users: Arc::new(FindUsers::new(stores.clone(), stores.clone(), schemes.clone())),
            set_status: Arc::new(SetUserStatus::new(stores.clone(), clock.clone(), entropy.clone())),
            set_password: Arc::new(SetUserPassword::new(
                stores.clone(),
                hasher.clone(),
                clock.clone(),
                entropy.clone(),
                password_policy.clone(),
            )),
            delete_user: Arc::new(DeleteUser::new(stores.clone(), clock.clone(), entropy.clone(), key.clone())),
            sessions: Arc::new(UserSessions::new(stores.clone(), stores.clone(), clock.clone(), entropy.clone())),
            export_user: Arc::new(ExportUser::new(
                stores.clone(),
                stores.clone(),
                stores.clone(),
                clock.clone(),
                entropy.clone(),
            )),
            import_users: Arc::new(ImportUsers::new(
                stores.clone(),
                hasher.clone(),
                clock.clone(),
                entropy.clone(),
                schemes.clone(),
            )),
            list_events: Arc::new(ListEvents::new(stores.clone())),
        }
    }
}

/// What the sub-commands use: no listeners, no senders, no signing keys.
pub(crate) struct CommandLine {
    /// Users.
    pub(crate) admin: AdminUseCases,
    /// Admin keys.
    pub(crate) admin_keys: ManageAdminKeys,
    /// The kinds of login names.
    pub(crate) schemes: Schemes,
}

impl CommandLine {
    /// On an open database. Blocking.
    pub(crate) fn build(settings: &Settings, database_url: &str) -> Result<Self, StartFailure> {
        let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let schemes = schemes(PhoneNumberScheme { countries: settings.phone_numbers.countries.clone() });
        let parts = AdminParts {
            stores: Arc::new(PostgresStores::new(database(settings, database_url), schemes.clone())),
            hasher: Arc::new(Argon2Hasher::new(&hasher_settings(settings), entropy.clone())?),
            clock: clock.clone(),
            entropy: entropy.clone(),
            key: keys::server_key(settings, &*entropy)?,
            schemes: schemes.clone(),
            password_policy: settings.passwords.policy(),
        };
        let admin_keys = ManageAdminKeys::new(parts.stores.clone(), clock, entropy);
        Ok(Self { admin: parts.build(), admin_keys, schemes })
    }
}
