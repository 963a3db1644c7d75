//! Sign-ins at third parties, from the address that begins one to the code that comes back.
//!
//! Clients carry nothing but the code from one to the other. What else ties both together is kept by the service: one
//! flow for each client, device and redirect address at a provider.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use uuid::Uuid;

use crate::Timestamp;
use crate::clients::ClientId;
use crate::external_identities::ProviderId;
use crate::keyed_hash::{KeyUse, ServerKey};
use crate::origin::DeviceId;

/// How long somebody may take at the third party.
pub const FLOW_TTL: TimeDelta = TimeDelta::seconds(600);

/// What a flow is found by: a keyed hash, so that the store learns neither devices nor who uses which provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlowKey([u8; 32]);

impl FlowKey {
    /// Computes the key of the flow of this device of this client that returns to this address.
    #[must_use]
    pub fn of(
        key: &ServerKey,
        provider: &ProviderId,
        client: &ClientId,
        device: &DeviceId,
        redirect_uri: &str,
    ) -> Self {
        let parts = [provider.as_str(), client.as_str(), device.as_str(), redirect_uri].map(str::as_bytes);
        Self(key.hash(KeyUse::ProviderFlow, &parts))
    }

    /// Restores a key from its stored form.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the form that a store keeps.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A flow that has begun. Its verifier and its nonce follow from it and the server's key, so whoever reads the store
/// learns neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProviderFlow {
    /// What it is found by.
    pub key: FlowKey,
    /// Its own id, which is drawn.
    pub id: Uuid,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

impl ProviderFlow {
    /// Begins a flow with 16 bytes of a cryptographic random source.
    #[must_use]
    pub fn begin(key: FlowKey, drawn: [u8; 16], now: Timestamp) -> Self {
        Self { key, id: uuid::Builder::from_random_bytes(drawn).into_uuid(), expires_at: now + FLOW_TTL }
    }

    /// Whether its code may still come back. An end that a clock running ahead has stored is not believed, if it is
    /// further away than the clocks of two instances may be apart.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        let left = self.expires_at - now;
        left > TimeDelta::zero() && left < FLOW_TTL * 2
    }

    /// Returns the PKCE code verifier (RFC 7636, 4.1): 43 characters of base64url. It is a secret.
    #[must_use]
    pub fn pkce_verifier(&self, key: &ServerKey) -> String {
        self.derive(key, KeyUse::PkceVerifier)
    }

    /// Returns the nonce that the ID token must repeat (OpenID Connect Core, 3.1.2.1).
    #[must_use]
    pub fn nonce(&self, key: &ServerKey) -> String {
        self.derive(key, KeyUse::ProviderNonce)
    }

    fn derive(&self, key: &ServerKey, key_use: KeyUse) -> String {
        URL_SAFE_NO_PAD.encode(key.hash(key_use, &[self.id.as_bytes(), self.key.as_bytes()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret_bytes::SecretBytes;

    fn server(byte: u8) -> ServerKey {
        ServerKey::new(SecretBytes::new([byte; 32]))
    }

    fn at(seconds: i64) -> Timestamp {
        chrono::DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range")
    }

    fn key(server: &ServerKey, [provider, client, device, redirect_uri]: [&str; 4]) -> FlowKey {
        let (provider, client) = (ProviderId::parse(provider), ClientId::parse(client));
        let device = DeviceId::parse(device).expect("a device id");
        FlowKey::of(server, &provider.expect("a provider"), &client.expect("a client id"), &device, redirect_uri)
    }

    #[test]
    fn a_flow_is_found_by_all_that_both_calls_name() {
        let parts = ["github", "app", "phone", "https://app.example/back"];
        let own = key(&server(1), parts);
        assert_eq!(own, key(&server(1), parts));
        assert_ne!(own, key(&server(2), parts), "another server's key");
        for n in 0..parts.len() {
            let mut others = parts;
            others[n] = "other";
            assert_ne!(own, key(&server(1), others), "another {}", parts[n]);
        }
    }

    #[test]
    fn verifier_and_nonce_are_of_one_flow_and_need_the_servers_key() {
        let (server, slot) = (server(1), FlowKey::from_bytes([3; 32]));
        let flow = ProviderFlow::begin(slot, [7; 16], at(0));
        let (verifier, nonce) = (flow.pkce_verifier(&server), flow.nonce(&server));
        assert_eq!((verifier.len(), nonce.len()), (43, 43));
        assert_ne!(verifier, nonce, "the nonce is no secret");
        assert_eq!(ProviderFlow { expires_at: at(1), ..flow }.pkce_verifier(&server), verifier);
        for (what, other) in [
            ("the next one", ProviderFlow::begin(slot, [8; 16], at(0))),
            ("one elsewhere", ProviderFlow { key: FlowKey::from_bytes([4; 32]), ..flow }),
        ] {
            assert_ne!(other.pkce_verifier(&server), verifier, "{what}");
            assert_ne!(other.nonce(&server), nonce, "{what}");
        }
        assert_ne!(flow.pkce_verifier(&self::server(2)), verifier);
    }

    #[test]
    fn a_flow_lives_for_ten_minutes() {
        let flow = ProviderFlow::begin(FlowKey::from_bytes([3; 32]), [7; 16], at(0));
        for (what, second, lives) in [
            ("at once", 0, true),
            ("at last", 599, true),
            ("over", 600, false),
            ("the clock was a little behind", -599, true),
            ("the clock ran far ahead when it was stored", -600, false),
        ] {
            assert_eq!(flow.is_live(at(second)), lives, "{what}");
        }
    }
}
