//! `just growth`: the rates with many millions of users and events against those with a thousand, what a user and a
//! session take on disk, vacuum while others work, and the sweep of a day's rows. It takes hours and tens of gibibytes, so
//! it runs only if it is named, and does less where there is less room.

mod filling;
mod measure;
mod room;
mod sizes;
mod upkeep;

pub(crate) use measure::measure;
