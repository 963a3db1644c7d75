//! The promises of `MessageSender`, which every sender keeps, and what each sender promises beyond them.

mod log;
mod messages;
mod smtp;
mod suite;
mod webhook;
