//! Phone numbers.

#![no_main]

use auth_domain::identifier::{IdentifierScheme as _, PhoneNumberScheme};

auth_fuzz::text!(|text| {
    let scheme = PhoneNumberScheme::default();
    if let Ok(number) = scheme.parse(text) {
        auth_fuzz::stays_the_same(&scheme, &number);
    }
});
