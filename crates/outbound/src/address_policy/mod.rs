//! Which addresses may be called. Issuers and the endpoints that they publish are text from outside; without this
//! check, anybody who controls one could make the service call its own internal network.

mod never;
mod policy;
mod reach;

pub use policy::{AddressPolicy, Exceptions, ForbiddenAddress};
pub use reach::Reach;
