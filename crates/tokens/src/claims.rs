//! The claims as they are written in a token, and what they must be like to be accepted.

use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, Method, Scope};
use auth_domain::clients::ClientId;
use auth_domain::sessions::SessionId;
use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::key_ring_settings::KeyRingSettings;

/// How far ahead the clock of another instance may be, in seconds. The end of a token allows for no difference.
const CLOCK_SKEW: i64 = 60;

/// All claims but `nbf` are required. Other claims are ignored, and a token with a repeated claim is not read at all.
#[derive(Serialize, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    sub: String,
    aud: String,
    exp: i64,
    iat: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    jti: String,
    scope: String,
    client_id: String,
    project_id: String,
    provider_type: String,
    sid: String,
}

/// Whether the instant is past, on the clock of whichever instance.
pub(crate) fn has_begun(instant: i64, now: i64) -> bool {
    instant <= now.saturating_add(CLOCK_SKEW)
}

impl Claims {
    /// The claims of a new token. Times are cut to whole seconds.
    pub(crate) fn new(claims: &AccessClaims, settings: &KeyRingSettings, jti: String) -> Self {
        Self {
            iss: settings.issuer.clone(),
            sub: claims.user.to_string(),
            aud: if claims.for_client { claims.client.as_str().to_owned() } else { settings.issuer.clone() },
            exp: claims.expires_at.timestamp(),
            iat: claims.issued_at.timestamp(),
            nbf: None,
            jti,
            scope: claims.scope.name().to_owned(),
            client_id: claims.client.as_str().to_owned(),
            project_id: settings.project_id.clone(),
            provider_type: claims.method.name().to_owned(),
            sid: claims.session.to_string(),
        }
    }

    /// What the claims say, if they are ours, no matter when they hold.
    pub(crate) fn ours(self, settings: &KeyRingSettings) -> Option<OurClaims> {
        let (begins, ends) = (self.nbf.map_or(self.iat, |not_before| not_before.max(self.iat)), self.exp);
        let claims = self.is_ours(settings).then(|| self.read()).flatten()?;
        Some(OurClaims { claims, begins, ends })
    }

    fn is_ours(&self, settings: &KeyRingSettings) -> bool {
        self.iss == settings.issuer
            && self.project_id == settings.project_id
            && (self.aud == self.client_id || self.aud == self.iss)
            && !self.jti.is_empty()
    }

    fn read(self) -> Option<AccessClaims> {
        Some(AccessClaims {
            user: self.sub.parse().ok()?,
            session: SessionId::parse(&self.sid)?,
            client: ClientId::parse(&self.client_id).ok()?,
            for_client: self.aud == self.client_id,
            scope: Scope::from_name(&self.scope)?,
            method: Method::new(self.provider_type),
            issued_at: DateTime::from_timestamp(self.iat, 0)?,
            expires_at: DateTime::from_timestamp(self.exp, 0)?,
        })
    }
}

/// What a token says that is ours, and when it holds, in seconds since 1970.
pub(crate) struct OurClaims {
    claims: AccessClaims,
    begins: i64,
    ends: i64,
}

impl OurClaims {
    /// What the token says, if it holds at `now`.
    pub(crate) fn at(&self, now: Timestamp) -> Option<AccessClaims> {
        let now = now.timestamp();
        (has_begun(self.begins, now) && now < self.ends).then(|| self.claims.clone())
    }

    /// What the token says, no matter when it holds.
    pub(crate) fn whenever(&self) -> AccessClaims {
        self.claims.clone()
    }

    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        let at = DateTime::UNIX_EPOCH;
        let claims = AccessClaims {
            user: auth_domain::accounts::UserId::from_i64(42),
            session: SessionId::new([7; 16]),
            client: ClientId::parse("shop").expect("a client id"),
            for_client: true,
            scope: Scope::User,
            method: Method::new("email"),
            issued_at: at,
            expires_at: at,
        };
        Self { claims, begins: 0, ends: 0 }
    }
}
