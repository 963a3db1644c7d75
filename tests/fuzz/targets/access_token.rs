//! Access tokens, none of which is ours.

#![no_main]

use std::sync::{Arc, LazyLock};

use auth_domain::Timestamp;
use auth_ports::{AccessTokenChecker as _, Entropy};
use auth_tokens::{Algorithm, KeyRing, KeyRingSettings, SigningKey, SigningKeys};

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

static RING: LazyLock<KeyRing> = LazyLock::new(|| {
    let key = |algorithm| SigningKey::generate(algorithm).expect("the library makes keys");
    let keys = SigningKeys::fixed(key(Algorithm::Es256), vec![key(Algorithm::EdDsa)]);
    let settings = KeyRingSettings { issuer: "http://localhost".to_owned(), project_id: "default".to_owned() };
    KeyRing::new(keys, settings, Arc::new(Zeros))
});

auth_fuzz::text!(|text| {
    assert!(RING.check(text, Timestamp::UNIX_EPOCH).is_none(), "nobody signed it");
});
