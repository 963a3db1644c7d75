//! Use cases on the memory adapter, with a manual clock and scripted entropy. What is seen from
//! outside is tested from outside (`tests/e2e`); here is what only shows when a part fails.

mod deliver_events;
mod deliver_messages;
mod fakes;
mod sign_in_with_password;
mod sign_up;
mod sweep_expired;
