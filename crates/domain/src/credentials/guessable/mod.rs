//! Passwords that attackers guess first: by lists, and by rules for what no list can hold.

mod breaches;
mod dates;
mod keyboard;
mod lists;
mod pieces;
mod pinyin;
mod rules;

pub use breaches::{BreachedPasswords, Digest};
pub use rules::is_guessable;
