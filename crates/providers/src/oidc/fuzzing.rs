//! An entry point for a fuzz target into the parser of ID tokens, which is otherwise private. Feature `fuzzing`.

use auth_domain::Timestamp;
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::claims::{Expected, Source};
use super::id_token::IdToken;
use super::issuer::Issuer;
use super::key_set::KeySet;

/// Checks an ID token that a client sends. Since random input is hardly ever base64url, the text is also taken as the
/// parts of a token before encoding, one per line.
///
/// # Panics
/// If the token is believed.
pub fn id_token(text: &str) {
    let parts: Vec<_> = text.split('\n').map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
    for raw in [text, &parts.join(".")] {
        assert!(believe(raw).is_err(), "nobody signed it for us");
    }
}

fn believe(raw: &str) -> Result<ExternalProfile, &'static str> {
    // The public key of RFC 7515, A.3, whose example is a token with a good signature, of another issuer.
    let keys = json!({"keys": [{
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }]});
    let keys = KeySet::read(&keys).expect("a key set");
    let token = IdToken::parse(raw)?;
    let _ = token.evidence();
    let claims = token.verify(&keys)?;
    let now = Timestamp::UNIX_EPOCH;
    let source = Source::Client(None);
    let issuer = Issuer::only("https://login.example");
    claims.check(&Expected { issuer, client_id: "app", authorized_parties: &[], source, now })?;
    claims.profile(&ProviderId::parse("example").expect("valid"))
}
