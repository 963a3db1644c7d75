//! Proving control of an address with a code.

pub(crate) mod send;
pub(crate) mod verify;
