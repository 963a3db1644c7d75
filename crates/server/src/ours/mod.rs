//! What this product registers, by the same interface that teams use. A program takes all of it
//! ([`Server::new`](crate::Server::new)), or chooses from it after [`Server::bare`](crate::Server::bare).

mod email;
mod endpoints;
mod phone_number;
mod third_party;
mod username;
mod webhooks;

pub use email::email;
pub use endpoints::endpoints;
pub use phone_number::{PhoneNumberSection, phone_number};
pub use third_party::third_party;
pub use username::username;
pub use webhooks::webhooks;
