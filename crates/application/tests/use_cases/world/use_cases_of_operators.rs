//! The use cases of operators and of upkeep, built from the world.

use auth_application::admin::{
    AuthorizeOperator, CreateUser, DeleteUser, EditUser, ExportUser, FindUsers, ImportUsers, ListEvents,
    ManageAdminKeys, ManageClientKeys, SetUserPassword, SetUserStatus, UserSessions,
};
use auth_application::upkeep::{Draining, MeasureHashes, Readiness, SweepExpired};

use super::World;

/// Operators, and upkeep.
impl World {
    pub(crate) fn authorize_operator(&self) -> AuthorizeOperator {
        AuthorizeOperator::new(self.ports.admin_keys.clone(), self.shared_clock())
    }

    pub(crate) fn create_user(&self) -> CreateUser {
        let (users, policy) = (self.ports.users.clone(), self.rules.passwords.clone());
        CreateUser::new(users, self.hasher.clone(), self.recorder(), self.schemes(), policy)
    }

    pub(crate) fn delete_user(&self) -> DeleteUser {
        DeleteUser::new(self.ports.accounts.clone(), self.recorder(), self.key.clone())
    }

    pub(crate) fn edit_user(&self) -> EditUser {
        EditUser::new(self.ports.accounts.clone(), self.schemes(), self.recorder())
    }

    pub(crate) fn export_user(&self) -> ExportUser {
        let (accounts, sessions) = (self.ports.accounts.clone(), self.ports.sessions.clone());
        let (devices, events) = (self.ports.known_devices.clone(), self.ports.events.clone());
        ExportUser::new(accounts, sessions, devices, events, self.recorder())
    }

    pub(crate) fn find_users(&self) -> FindUsers {
        FindUsers::new(self.ports.accounts.clone(), self.ports.users.clone(), self.schemes(), self.recorder())
    }

    pub(crate) fn import_users(&self) -> ImportUsers {
        let (users, hashes) = (self.ports.users.clone(), self.hasher.clone());
        ImportUsers::new(users, hashes, self.recorder(), self.schemes())
    }

    pub(crate) fn list_events(&self) -> ListEvents {
        ListEvents::new(self.ports.events.clone(), self.recorder())
    }

    pub(crate) fn manage_admin_keys(&self) -> ManageAdminKeys {
        ManageAdminKeys::new(self.ports.admin_keys.clone(), self.recorder())
    }

    pub(crate) fn manage_client_keys(&self) -> ManageClientKeys {
        ManageClientKeys::new(self.ports.client_keys.clone(), self.rules.clients.clone(), self.recorder())
    }

    pub(crate) fn set_user_password(&self) -> SetUserPassword {
        let (accounts, policy) = (self.ports.accounts.clone(), self.rules.passwords.clone());
        SetUserPassword::new(accounts, self.hasher.clone(), self.recorder(), policy)
    }

    pub(crate) fn set_user_status(&self) -> SetUserStatus {
        SetUserStatus::new(self.ports.users.clone(), self.recorder())
    }

    pub(crate) fn user_sessions(&self) -> UserSessions {
        let (accounts, sessions) = (self.ports.accounts.clone(), self.ports.sessions.clone());
        UserSessions::new(accounts, sessions, self.recorder())
    }

    pub(crate) fn measure_hashes(&self, usual: &str) -> MeasureHashes {
        MeasureHashes::new(self.ports.users.clone(), self.hasher.clone(), usual.to_owned())
    }

    pub(crate) fn readiness(&self) -> Readiness {
        self.readiness_of(Draining::default())
    }

    pub(crate) fn readiness_of(&self, draining: Draining) -> Readiness {
        Readiness::new(self.ports.upkeep.clone(), self.tokens.clone(), draining)
    }

    pub(crate) fn sweep_expired(&self) -> SweepExpired {
        let (upkeep, events) = (self.ports.upkeep.clone(), self.ports.events.clone());
        let dead_letters = self.ports.dead_letters.clone();
        SweepExpired::new(upkeep, events, dead_letters, self.shared_clock(), self.marks(), self.rules.retention)
    }
}
