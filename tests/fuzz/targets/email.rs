//! E-mail addresses.

#![no_main]

use auth_domain::identifier::{EmailScheme, IdentifierScheme as _};

auth_fuzz::text!(|text| {
    if let Ok(address) = EmailScheme.parse(text) {
        auth_fuzz::stays_the_same(&EmailScheme, &address);
    }
});
