//! The promises of the ports: what is minted is accepted, by others too; nothing else is.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

mod client_tokens;
mod encrypted_requests;
mod hostile;
mod minted;

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, Method, Scope};
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::sessions::SessionId;
use auth_ports::Entropy;
use auth_tokens::{KeyRing, KeyRingSettings, SigningKey, SigningKeys};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use serde_json::Value;

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://auth.example.com";

/// Draws that never repeat.
#[derive(Default)]
struct Counter(std::sync::atomic::AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_be_bytes();
        bytes.fill(0);
        bytes[..8].copy_from_slice(&count);
    }
}

fn at(second: i64) -> Timestamp {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn settings() -> KeyRingSettings {
    KeyRingSettings { issuer: ISSUER.into(), project_id: "shop-prod".into() }
}

fn ring_of(signing: SigningKey, others: Vec<SigningKey>) -> KeyRing {
    KeyRing::new(SigningKeys::fixed(signing, others), settings(), Arc::new(Counter::default()))
}

fn copy(key: &SigningKey) -> SigningKey {
    SigningKey::from_pem(&key.to_pem()).unwrap()
}

fn claims() -> AccessClaims {
    AccessClaims {
        user: UserId::from_i64(42),
        session: SessionId::new([7; 16]),
        client: ClientId::parse("shop-prod").unwrap(),
        for_client: true,
        scope: Scope::User,
        method: Method::new("phone_number"),
        issued_at: at(NOW),
        expires_at: at(NOW + 7200),
    }
}

fn payload(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
