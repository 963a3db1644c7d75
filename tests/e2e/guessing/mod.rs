//! Strangers who guess codes and passwords.

mod codes;
mod early;
mod gate;
mod hidden;
mod passwords;
mod support;
