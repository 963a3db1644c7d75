//! Refresh tokens.

#![no_main]

use auth_domain::keyed_hash::ServerKey;
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::sessions::RefreshToken;

auth_fuzz::text!(|text| {
    let key = ServerKey::new(SecretBytes::new([7; 32]));
    if let Some(token) = RefreshToken::open(&key, text) {
        assert_eq!(token.seal(&key), text, "only what was sealed opens");
    }
});
