//! The user's own account.

pub(crate) mod basic_edit;
pub(crate) mod contact;
pub(crate) mod me;
pub(crate) mod password;
pub(crate) mod profile;
pub(crate) mod provider;
pub(crate) mod query;
pub(crate) mod sessions;
pub(crate) mod sudo;
