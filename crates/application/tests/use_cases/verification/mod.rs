//! Codes: requested, delivered and checked.

mod deliver_messages;
pub(crate) mod send_code;
mod verify_code;
