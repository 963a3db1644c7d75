//! The use cases behind the admin endpoints.

use std::sync::Arc;

use auth_application::admin::{
    AuthorizeOperator, CreateUser, DeleteUser, EditUser, ExportUser, FindUsers, ImportUsers, ListEvents,
    SetUserPassword, SetUserStatus, UserSessions,
};
use auth_application::events::{ManageSubscriptions, ReviewDeadLetters};

/// The use cases behind the endpoints of the admin backend, and behind the sub-commands for users.
pub struct AdminUseCases {
    /// Recognises operators by their keys.
    pub authorize: Arc<AuthorizeOperator>,
    /// Makes a user.
    pub create_user: Arc<CreateUser>,
    /// Finds users and lists them.
    pub find_users: Arc<FindUsers>,
    /// Edits a user's profile and login names.
    pub edit_user: Arc<EditUser>,
    /// Blocks and unblocks a user.
    pub set_status: Arc<SetUserStatus>,
    /// Sets a user's password.
    pub set_password: Arc<SetUserPassword>,
    /// Deletes a user.
    pub delete_user: Arc<DeleteUser>,
    /// Lists and ends a user's sessions.
    pub sessions: Arc<UserSessions>,
    /// Exports what is kept about a user.
    pub export_user: Arc<ExportUser>,
    /// Imports many users.
    pub import_users: Arc<ImportUsers>,
    /// Lists events.
    pub list_events: Arc<ListEvents>,
    /// Lists subscriptions to events, and resumes them.
    pub subscriptions: Arc<ManageSubscriptions>,
    /// Lists events that were given up, and sends them again.
    pub dead_letters: Arc<ReviewDeadLetters>,
}
