//! Guesses at codes and passwords: those of strangers are counted by account, by network and in all, apart from those of
//! who belongs to an account.

mod codes;
mod in_all;
mod passwords;

pub use codes::CodeTries;
pub use in_all::InAll;
pub(crate) use passwords::{CountedTry, Named};
pub use passwords::{PasswordLimits, PasswordTries, TriesAtPasswords};
