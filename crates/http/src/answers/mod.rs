//! Answers that several endpoints give.

mod empty;
mod tokens;

pub use self::empty::{Empty, done};
pub use self::tokens::{TokenAnswer, token_answer};
