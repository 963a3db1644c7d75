//! The wire protocol, version 1.

pub(crate) mod certs;
pub(crate) mod provider;
pub(crate) mod signup;
pub(crate) mod token_answer;
pub(crate) mod user;
pub(crate) mod verification;
