//! Tokens and the sessions behind them: refreshing, looking up, ending.

pub(crate) mod introspect;
pub(crate) mod introspect_own;
pub(crate) mod of_user;
pub(crate) mod revoke;
pub(crate) mod token;
