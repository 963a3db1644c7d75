//! `doctor`: says what is wrong with an installation.

mod checks;
mod events;

pub use checks::doctor;
