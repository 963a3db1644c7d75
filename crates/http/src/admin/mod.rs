//! The admin backend, on the admin listener only.
//!
//! A handler's first argument is [`MayRead`] or [`MayWrite`], which reads the rest of the request only after it has
//! recognised the key.

mod answers;
mod caller;
mod cursor;
mod dead_letters;
mod errors;
mod events;
pub mod import;
mod known_parameters;
mod subscriptions;
mod url;
mod use_cases;
mod users;

pub use self::caller::{AdminCaller, MayHandleEvents, MayRead, MayReadMetrics, MayWrite};
pub(crate) use self::known_parameters::KnownParameters;
pub use self::url::{QueryFields, UserPath};
pub use self::use_cases::AdminUseCases;
use crate::endpoint;
use crate::endpoints::{Endpoints, Ours};

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::of(Ours::Admin)
        .with(endpoint!(users::list::list_users))
        .with(endpoint!(users::create::create_user))
        .with(endpoint!(users::import::import_users))
        .with(endpoint!(users::read::read_user))
        .with(endpoint!(users::edit::edit_user))
        .with(endpoint!(users::delete::delete_user))
        .with(endpoint!(users::block::block_user))
        .with(endpoint!(users::block::unblock_user))
        .with(endpoint!(users::password::set_user_password))
        .with(endpoint!(users::sessions::list_user_sessions))
        .with(endpoint!(users::sessions::end_user_sessions))
        .with(endpoint!(users::export::export_user))
        .with(endpoint!(events::list_events))
        .with(endpoint!(subscriptions::list_subscriptions))
        .with(endpoint!(subscriptions::resume_subscription))
        .with(endpoint!(dead_letters::list_dead_letters))
        .with(endpoint!(dead_letters::read_dead_letter))
        .with(endpoint!(dead_letters::send_dead_letter_again))
        .with(endpoint!(dead_letters::send_dead_letters_again))
}
