//! Telephone numbers: E.164 internally, `+86 13000000000` externally.
//!
//! What people type and paste is read as long as it can only mean one number, by the numbering plans of all countries.

mod countries;
mod pattern;
mod plan;
mod range;
mod reading;
mod scheme;
mod written;

pub use countries::{AllowedCountries, Country, RegionCode};
pub use range::MobileRange;
pub use scheme::PhoneNumberScheme;
