//! Every kind of call that the service makes, once each on accounts of its own, with the statements that it takes.

mod accounts;
mod codes;
mod events;
mod made;
mod sessions;

pub(crate) use made::{Call, make_all};
