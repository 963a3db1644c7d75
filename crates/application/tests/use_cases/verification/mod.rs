//! Codes: requested, delivered and checked.

mod deliver_messages;
