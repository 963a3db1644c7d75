//! Third parties that vouch for people.

mod exchange;
mod locate;
mod send_on;
