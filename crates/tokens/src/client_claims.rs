//! The claims of a client's token for itself (RFC 6749, 4.4; RFC 9068, 2.2), and what they must be like to be accepted.

use auth_domain::Timestamp;
use auth_domain::access::{CLIENT_SCOPE, ClientClaims};
use auth_domain::clients::ClientId;
use chrono::DateTime;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::claims::has_begun;
use crate::key_ring_settings::KeyRingSettings;

/// A user's token has all of these claims too. The two are told apart by the scope, and by the absence of a session.
#[derive(Serialize, Deserialize)]
pub(crate) struct ClientTokenClaims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    iat: i64,
    jti: String,
    scope: String,
    client_id: String,
    project_id: String,
    #[serde(default, skip_serializing)]
    sid: Option<IgnoredAny>,
}

impl ClientTokenClaims {
    /// The claims of a new token. Times are cut to whole seconds.
    pub(crate) fn new(claims: &ClientClaims, settings: &KeyRingSettings, jti: String) -> Self {
        let client = claims.client.as_str().to_owned();
        Self {
            iss: settings.issuer.clone(),
            sub: client.clone(),
            aud: client.clone(),
            exp: claims.expires_at.timestamp(),
            iat: claims.issued_at.timestamp(),
            jti,
            scope: CLIENT_SCOPE.to_owned(),
            client_id: client,
            project_id: settings.project_id.clone(),
            sid: None,
        }
    }

    /// What the claims say, if they are ours and hold at `now`.
    pub(crate) fn accept(self, settings: &KeyRingSettings, now: Timestamp) -> Option<ClientClaims> {
        let ours = self.iss == settings.issuer && self.project_id == settings.project_id && !self.jti.is_empty();
        let of_a_client = self.scope == CLIENT_SCOPE && self.sid.is_none();
        let about_itself = self.sub == self.client_id && self.aud == self.client_id;
        let holds = has_begun(self.iat, now.timestamp()) && now.timestamp() < self.exp;
        (ours && of_a_client && about_itself && holds).then(|| self.read()).flatten()
    }

    fn read(self) -> Option<ClientClaims> {
        Some(ClientClaims {
            client: ClientId::parse(&self.client_id).ok()?,
            issued_at: DateTime::from_timestamp(self.iat, 0)?,
            expires_at: DateTime::from_timestamp(self.exp, 0)?,
        })
    }
}
