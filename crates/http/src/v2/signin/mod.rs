//! `/auth/v2/signin/…`

pub(crate) mod publickey;
pub(crate) mod username;
