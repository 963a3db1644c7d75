//! Codes.

#![no_main]

use auth_domain::keyed_hash::ServerKey;
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::verifications::{TypedCode, VerificationCode, VerificationId};

auth_fuzz::text!(|text| {
    let key = ServerKey::new(SecretBytes::new([7; 32]));
    let code = VerificationCode::derive(&key, VerificationId::new([7; 16]));
    let matches = |text: &str| TypedCode::parse(text).is_some_and(|typed| code.matches(&typed));
    assert!(text.trim() != code.expose() || matches(text), "it is the code");
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    assert!(!matches(text) || digits == code.expose().len(), "nothing else is one");
});
