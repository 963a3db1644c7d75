//! The authorization-code flow (RFC 6749, 4.1) with PKCE (RFC 7636): the address that begins it and
//! the request that ends it.

use auth_outbound::{Answer, OutboundError, OutboundHttp};
use auth_ports::{Flow, LocateRequest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use crate::fault::Trouble;
use crate::party::PartyError;
use crate::refusals;

/// The name of this step in the log.
pub(crate) const STEP: &str = "trading the code at its token endpoint";

/// Parameters that no client may set: they belong to the protocol, or would replace it
/// (`request`, `request_uri`: RFC 9101).
const RESERVED: [&str; 11] = [
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
];

/// Our credentials at the third party.
pub(crate) struct ClientCredentials {
    pub(crate) id: String,
    /// `None` for a public client, which only PKCE protects.
    pub(crate) secret: Option<SecretString>,
}

/// How the secret is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientAuth {
    /// `client_secret_basic`
    Basic,
    /// `client_secret_post`
    Post,
}

/// What the token endpoint returned. These are secrets, which are neither printed nor kept.
#[derive(Deserialize)]
pub(crate) struct IssuedTokens {
    pub(crate) access_token: Option<String>,
    pub(crate) id_token: Option<String>,
}

/// An error answer (RFC 6749, 5.2).
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// Builds the address to send the user to, with these parameters besides those that every flow has. Spaces become `+`,
/// because clients decode the whole address a second time, and a bare space would break it.
pub(crate) fn address(
    endpoint: &Url,
    client_id: &str,
    scope: &str,
    more: &[(&str, &str)],
    wish: &LocateRequest,
) -> String {
    let mut address = endpoint.clone();
    {
        let mut query = address.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", &wish.flow.redirect_uri)
            .append_pair("scope", scope)
            .append_pair("state", &wish.state)
            .append_pair("code_challenge", &challenge(&wish.flow.pkce_verifier))
            .append_pair("code_challenge_method", "S256");
        query.extend_pairs(more);
        query.extend_pairs(wish.other_params.iter().filter(|(name, _)| !is_reserved(name)));
    }
    address.into()
}

fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name.trim()))
}

/// Computes the S256 challenge for a verifier.
pub(crate) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// Exchanges a code for tokens.
pub(crate) async fn redeem(
    http: &OutboundHttp,
    endpoint: &Url,
    client: &ClientCredentials,
    auth: ClientAuth,
    code: &str,
    flow: &Flow,
) -> Result<IssuedTokens, Trouble> {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &flow.redirect_uri),
        ("code_verifier", &flow.pkce_verifier),
    ];
    let secret = client.secret.as_ref().map(ExposeSecret::expose_secret);
    let answer = match (auth, secret) {
        (ClientAuth::Basic, Some(secret)) => {
            let (id, secret) = (form_encoded(&client.id), form_encoded(secret));
            http.post(endpoint).form(&form).basic(&id, &secret).send().await
        }
        (_, secret) => {
            form.push(("client_id", &client.id));
            form.extend(secret.map(|secret| ("client_secret", secret)));
            http.post(endpoint).form(&form).send().await
        }
    };
    read(&answer.map_err(Trouble::at(STEP))?)
}

/// Encodes one half of HTTP Basic, both of which are form-encoded (RFC 6749, 2.3.1).
fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Distinguishes tokens, a refused code, and a failure. GitHub reports errors with status 200.
fn read(answer: &Answer) -> Result<IssuedTokens, Trouble> {
    let successful = (200..300).contains(&answer.status());
    if !successful && !(400..500).contains(&answer.status()) {
        return Err(status(answer));
    }
    match answer.json::<Refusal>() {
        Ok(Refusal { error }) if !error.is_empty() => Err(refusal(error)),
        _ if successful => answer.json().map_err(Trouble::at(STEP)),
        _ => Err(status(answer)),
    }
}

fn status(answer: &Answer) -> Trouble {
    Trouble::Faulty(STEP, OutboundError::Status(answer.status()).into())
}

fn refusal(error: String) -> Trouble {
    match error.as_str() {
        "invalid_grant" | "bad_verification_code" => Trouble::Refused(refusals::CODE),
        "unverified_user_email" => Trouble::Refused(refusals::UNCONFIRMED_EMAIL),
        _ => Trouble::Faulty(STEP, PartyError::OAuth(error_code(&error))),
    }
}

/// Reduces an error code to what may go into a log: the characters that RFC 6749, 5.2 allows, and not more than a
/// line.
fn error_code(raw: &str) -> String {
    raw.chars().filter(|c| c.is_ascii_graphic()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7636, appendix B.
    #[test]
    fn the_challenge_is_that_of_the_standard() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
