//! Codes.

#![no_main]

use auth_domain::keyed_hash::ServerKey;
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::verifications::{VerificationCode, VerificationId};

auth_fuzz::text!(|text| {
    let key = ServerKey::new(SecretBytes::new([7; 32]));
    let code = VerificationCode::derive(&key, VerificationId::new([7; 16]));
    assert_eq!(code.matches(text), text.trim() == code.expose());
});
