//! Codes: asked for, delivered and checked.

mod deliver_messages;
