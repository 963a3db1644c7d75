//! Usernames.

#![no_main]

use auth_domain::identifier::{IdentifierScheme as _, UsernameScheme};

auth_fuzz::text!(|text| {
    let scheme = UsernameScheme::default();
    if let Ok(name) = scheme.parse(text) {
        auth_fuzz::stays_the_same(&scheme, &name);
    }
});
