//! Login names: what kinds there are, how each is spelled, and which of them reach a person.
//!
//! A kind is an [`IdentifierScheme`] that an extension registers once. Stores keep `(kind, canonical)`
//! pairs, so a new kind needs no migration.

mod beginning;
mod email;
mod error;
mod group;
mod kind;
mod phone_number;
mod scheme;
mod schemes;
mod username;
mod value;

pub use beginning::Beginning;
pub use email::EmailScheme;
pub use error::IdentifierError;
pub use group::AddressGroup;
pub use kind::IdentifierKind;
pub use phone_number::{AllowedCountries, Country, MobileRange, PhoneNumberScheme, RegionCode};
pub use scheme::IdentifierScheme;
pub use schemes::Schemes;
pub use username::{RESERVED_NAMES, UsernameLength, UsernameScheme};
pub use value::Identifier;
