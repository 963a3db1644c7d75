//! `doctor`: says what is wrong with an installation.

mod checks;
mod database;
mod events;
mod receivers;
mod report;
mod send_test;
mod settings;

pub use checks::doctor;
pub(crate) use checks::examine;
pub(crate) use settings::read_all;
