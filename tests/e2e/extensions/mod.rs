//! Programs of somebody else's: what each registration adds, seen from outside.

mod employee;
mod endpoints;
mod events;
mod invitation;
mod messages;
mod provider;
mod stores;
mod vendor;
