//! Delivering messages.

mod hanging;
mod queue;
