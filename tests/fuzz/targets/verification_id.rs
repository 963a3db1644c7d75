//! Verification ids.

#![no_main]

use auth_domain::verifications::VerificationId;

auth_fuzz::text!(|text| {
    if let Some(id) = VerificationId::parse(text) {
        assert_eq!(VerificationId::parse(&id.to_string()), Some(id));
    }
});
