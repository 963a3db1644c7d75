//! The fake's ID tokens, true and false ones.

use serde_json::{Value, json};

use super::super::lie::Lie;
use super::super::person::Person;
use super::super::signer::{KeySort, Signer, encode, unsigned};
use super::client::CLIENT_ID;
use super::state::{Inner, PLACEHOLDER, State};

impl State {
    pub(super) fn id_token(&self, person: &Person, nonce: Option<&str>) -> String {
        let now = self.clock.now().timestamp();
        let inner = self.lock();
        let mut claims = json!({
            "iss": inner.issuer_of_token(),
            "sub": person.subject,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 3600,
            "nonce": nonce,
            "name": person.name,
            "picture": person.picture,
            "email": person.email,
            "phone_number": person.phone_number,
        });
        if let Some(claims) = claims.as_object_mut() {
            claims.extend(inner.more_claims.clone());
        }
        let mut header = inner.signer.header();
        if !inner.keys_named {
            header["kid"] = Value::Null;
        }
        if let Some(lie) = inner.lie {
            falsify(lie, now, &mut header, &mut claims);
        }
        inner.sign(&header, claims)
    }
}

impl Inner {
    /// Returns the issuer, that of the token's tenant where there are tenants.
    fn issuer_of_token(&self) -> String {
        let tenant = self.more_claims.get("tid").and_then(Value::as_str).unwrap_or_default();
        self.issuer.replace(PLACEHOLDER, tenant)
    }

    fn sign(&self, header: &Value, mut claims: Value) -> String {
        match self.lie {
            Some(Lie::AlgorithmNone) => unsigned(&claims),
            Some(Lie::SymmetricWithPublicKey) => self.signer.sign_symmetrically(&claims),
            Some(Lie::ForeignKey) => Signer::generate(KeySort::Es256, &self.signer.kid).sign(header, &claims),
            Some(Lie::UnknownKey) => {
                let stranger = Signer::generate(KeySort::Es256, "never-published");
                stranger.sign(&stranger.header(), &claims)
            }
            Some(Lie::Tampered) => {
                let signed = self.signer.sign(header, &claims);
                let signature = signed.rsplit('.').next().unwrap_or_default();
                claims["sub"] = json!("somebody else");
                format!("{}.{}.{signature}", encode(header), encode(&claims))
            }
            _ => self.signer.sign(header, &claims),
        }
    }
}

/// Changes the part that the lie is about.
fn falsify(lie: Lie, now: i64, header: &mut Value, claims: &mut Value) {
    let other = json!("another-client");
    match lie {
        Lie::Issuer => claims["iss"] = json!("https://attacker.example"),
        Lie::Audience => claims["aud"] = other,
        Lie::NoAudience => claims["aud"] = Value::Null,
        Lie::SeveralAudiences => claims["aud"] = json!([CLIENT_ID, other]),
        Lie::AuthorizedParty => {
            claims["aud"] = json!([CLIENT_ID, other]);
            claims["azp"] = other;
        }
        Lie::Expired => claims["exp"] = json!(now - 120),
        Lie::NoExpiry => claims["exp"] = Value::Null,
        Lie::NotYetValid => claims["nbf"] = json!(now + 120),
        Lie::IssuedInFuture => claims["iat"] = json!(now + 120),
        Lie::IssuedLongAgo => claims["iat"] = json!(now - 7200),
        Lie::AccessTokenType => header["typ"] = json!("at+jwt"),
        Lie::CriticalExtension => header["crit"] = json!(["b64"]),
        Lie::Nonce => claims["nonce"] = json!("nonce-of-another-flow"),
        Lie::NoNonce => claims["nonce"] = Value::Null,
        Lie::NoSubject => claims["sub"] = Value::Null,
        Lie::EmptySubject => claims["sub"] = json!(""),
        Lie::HugeSubject => claims["sub"] = json!("a".repeat(256)),
        Lie::NumericSubject => claims["sub"] = json!(1815),
        Lie::ControlCharacterInSubject => claims["sub"] = json!("ad\u{0}a"),
        _ => {}
    }
}
