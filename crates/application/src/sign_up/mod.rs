//! Signing up.

mod refusal;
mod request;
mod use_case;

pub use refusal::SignUpRefusal;
pub use request::SignUpCommand;
pub use use_case::{SignUp, SignUpPolicy};
