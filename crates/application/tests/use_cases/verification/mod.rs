//! Codes: requested, delivered and checked.

mod deliver_messages;
mod send_code;
mod verify_code;
