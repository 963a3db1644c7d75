//! The promises of `MessageSender`, which every sender keeps, and what each sender promises beyond them.

mod log;
mod smtp;
mod webhook;
