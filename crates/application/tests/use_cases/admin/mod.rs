//! What operators do.

mod authorize_operator;
mod create_user;
mod delete_user;
mod edit_user;
mod export_user;
mod find_users;
mod import_users;
mod list_events;
mod manage_admin_keys;
mod manage_client_keys;
mod set_user_password;
mod set_user_status;
mod user_sessions;
