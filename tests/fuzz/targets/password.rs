//! New passwords.

#![no_main]

use auth_domain::credentials::{Password, PasswordPolicy};
use auth_domain::identifier::{EmailScheme, IdentifierScheme as _};

auth_fuzz::text!(|text| {
    let own = [EmailScheme.parse("user@example").expect("valid")];
    let strict = PasswordPolicy { three_classes: true, ..PasswordPolicy::default() };
    if Password::chosen(text, &strict, &own).is_ok() {
        assert!(Password::chosen(text, &PasswordPolicy::default(), &own).is_ok(), "the stricter policy took it");
    }
});
