//! The use cases behind the admin endpoints.

use std::sync::Arc;

use auth_application::admin::{
    AuthorizeOperator, CreateUser, DeleteUser, ExportUser, FindUsers, ImportUsers, ListEvents, SetUserPassword,
    SetUserStatus, UserSessions,
};

/// What the admin backend does.
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
