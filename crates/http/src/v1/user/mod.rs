//! The user's own account.

pub(crate) mod me;
