//! Proving an identity at a third party.

pub(crate) mod exchange;
pub(crate) mod locate;
