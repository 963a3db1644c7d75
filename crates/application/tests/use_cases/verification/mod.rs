//! Codes: requested, delivered and checked.

mod deliver_messages;
mod early_codes;
pub(crate) mod send_code;
mod verify_code;
