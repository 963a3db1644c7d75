//! Proving an identity at a third party.

pub(crate) mod token;
pub(crate) mod uri;
