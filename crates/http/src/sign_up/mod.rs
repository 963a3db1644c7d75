//! Becoming a user.

pub(crate) mod endpoint;
