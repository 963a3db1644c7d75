//! Proving control of an address with a code.

pub(crate) mod send_code;
pub(crate) mod verify_code;
