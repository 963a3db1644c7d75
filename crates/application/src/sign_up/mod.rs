//! Signing up.

mod request;
mod use_case;

pub use request::SignUpCommand;
pub use use_case::{SignUp, SignUpPolicy, SignUpRefusal};
