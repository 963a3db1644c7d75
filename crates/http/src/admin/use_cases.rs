//! The use cases behind the admin endpoints.

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use auth_application::admin::{
    AuthorizeOperator, CreateUser, DeleteUser, ExportUser, FindUsers, ImportUsers, ListEvents, SetUserPassword,
    SetUserStatus, UserSessions,
};

/// What the wiring hands to the admin listener.
#[derive(Clone)]
pub struct AdminUseCases {
    /// Every endpoint.
    pub authorize: Arc<AuthorizeOperator>,
    /// `POST /admin/v1/users`
    pub create_user: Arc<CreateUser>,
    /// `GET /admin/v1/users`, `GET /admin/v1/users/{id}`
    pub find_users: Arc<FindUsers>,
    /// `POST /admin/v1/users/{id}/block` and `…/unblock`
    pub set_status: Arc<SetUserStatus>,
    /// `POST /admin/v1/users/{id}/password`
    pub set_password: Arc<SetUserPassword>,
    /// `DELETE /admin/v1/users/{id}`
    pub delete_user: Arc<DeleteUser>,
    /// `GET` and `DELETE /admin/v1/users/{id}/sessions`
    pub sessions: Arc<UserSessions>,
    /// `GET /admin/v1/users/{id}/export`
    pub export_user: Arc<ExportUser>,
    /// `POST /admin/v1/users/import`
    pub import_users: Arc<ImportUsers>,
    /// `GET /admin/v1/events`
    pub list_events: Arc<ListEvents>,
}

impl AdminUseCases {
    pub(super) fn register(&self, config: &mut ServiceConfig) {
        config
            .app_data(Data::from(self.authorize.clone()))
            .app_data(Data::from(self.create_user.clone()))
            .app_data(Data::from(self.find_users.clone()))
            .app_data(Data::from(self.set_status.clone()))
            .app_data(Data::from(self.set_password.clone()))
            .app_data(Data::from(self.delete_user.clone()))
            .app_data(Data::from(self.sessions.clone()))
            .app_data(Data::from(self.export_user.clone()))
            .app_data(Data::from(self.import_users.clone()))
            .app_data(Data::from(self.list_events.clone()));
    }
}
