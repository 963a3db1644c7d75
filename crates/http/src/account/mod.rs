//! The user's own account, and what users may learn about others.

pub(crate) mod basic_edit;
pub(crate) mod change_contact;
pub(crate) mod check_user;
pub(crate) mod me;
pub(crate) mod profile;
pub(crate) mod prove_presence;
pub(crate) mod providers;
pub(crate) mod query_users;
pub(crate) mod reset_password;
pub(crate) mod set_password;
