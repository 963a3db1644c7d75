//! The client secret: the one that the third party issued, or one that is signed for each request with a key that it
//! issued. Apple has the latter ("Creating a client secret" in its documentation; RFC 7519).

use auth_domain::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::settings::ClientSecretKey;
use crate::code_flow::ClientCredentials;
use crate::party::PartyError;
use crate::settings::ProviderSettingsError;

/// How long a signed secret is valid, in seconds: as long as its request may take, and clocks may differ. Apple allows six
/// months.
const LIFE: i64 = 300;

/// Our credentials at the third party, whose secret may be new for each request.
pub(super) struct Client {
    pub(super) id: String,
    secret: ClientSecret,
}

enum ClientSecret {
    /// `None` for a public client.
    Issued(Option<SecretString>),
    Signed(Box<Signer>),
}

struct Signer {
    key: EncodingKey,
    key_id: String,
    team_id: String,
    audience: String,
}

impl Client {
    /// A client that presents the secret as it was issued.
    pub(super) fn with_secret(id: String, secret: Option<SecretString>) -> Self {
        Self { id, secret: ClientSecret::Issued(secret) }
    }

    /// A client that signs its secrets for this issuer.
    pub(super) fn with_key(id: String, key: ClientSecretKey, issuer: &str) -> Result<Self, ProviderSettingsError> {
        let pem = key.private_key.expose_secret().trim().as_bytes();
        let encoding = EncodingKey::from_ec_pem(pem).map_err(|_| ProviderSettingsError::PrivateKey)?;
        let (key_id, team_id, audience) = (key.key_id, key.team_id, issuer.to_owned());
        let signer = Signer { key: encoding, key_id, team_id, audience };
        let client = Self { id, secret: ClientSecret::Signed(Box::new(signer)) };
        // Only a signature shows whether the key is on the right curve.
        client.credentials(Timestamp::UNIX_EPOCH).map_err(|_| ProviderSettingsError::PrivateKey)?;
        Ok(client)
    }

    /// Returns what is presented in a request at this time.
    pub(super) fn credentials(&self, now: Timestamp) -> Result<ClientCredentials, PartyError> {
        let secret = match &self.secret {
            ClientSecret::Issued(secret) => secret.clone(),
            ClientSecret::Signed(signer) => Some(signer.sign(&self.id, now.timestamp())?),
        };
        Ok(ClientCredentials { id: self.id.clone(), secret })
    }
}

impl Signer {
    fn sign(&self, client_id: &str, now: i64) -> Result<SecretString, PartyError> {
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::ES256) };
        let claims = json!({
            "iss": self.team_id,
            "iat": now,
            "exp": now + LIFE,
            "aud": self.audience,
            "sub": client_id,
        });
        let signed = encode(&header, &claims, &self.key);
        signed.map(Into::into).map_err(|_| PartyError::Nonsense("no client secret can be signed with private_key"))
    }
}
