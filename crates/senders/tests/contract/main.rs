//! The promises of `MessageSender`, kept by every sender, and what each sender promises beyond them.

mod log;
mod messages;
mod smtp;
mod suite;
mod webhook;
