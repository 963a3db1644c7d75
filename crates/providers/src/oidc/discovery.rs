//! The discovery document (OpenID Connect Discovery 1.0, 3 and 4).

use auth_outbound::AddressPolicy;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::issuer::Issuer;
use crate::code_flow::ClientAuth;
use crate::party::PartyError;

/// The part of the document that is read. What is only a hint may be of any type.
#[derive(Deserialize)]
pub(super) struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Value,
}

/// A document that has been checked.
#[derive(Debug)]
pub(super) struct Discovered {
    /// The issuer as the document has it, perhaps with a placeholder for the tenant.
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) jwks_uri: Url,
    pub(super) client_auth: ClientAuth,
}

impl Document {
    /// Checks the document. One of another issuer is a forgery or a mistake (Discovery, 4.3), and its endpoints are
    /// untrusted addresses like any other. They may be on other hosts, as they are for the largest parties.
    pub(super) fn checked(self, issuer: Issuer<'_>, reach: &AddressPolicy) -> Result<Discovered, PartyError> {
        if !issuer.is_named(&self.issuer) {
            let slashed = [format!("{}/", self.issuer), self.issuer.trim_end_matches('/').to_owned()];
            return Err(PartyError::Nonsense(if slashed.iter().any(|other| issuer.is_named(other)) {
                "the discovery document names another issuer: they differ by a slash at the end, and so do its tokens"
            } else {
                "the discovery document names another issuer"
            }));
        }
        Ok(Discovered {
            authorization_endpoint: reach.parse(&self.authorization_endpoint)?,
            token_endpoint: reach.parse(&self.token_endpoint)?,
            jwks_uri: reach.parse(&self.jwks_uri)?,
            client_auth: client_auth(&self.token_endpoint_auth_methods_supported),
            issuer: self.issuer,
        })
    }
}

/// Returns `client_secret_basic` unless the party accepts only `client_secret_post` (Discovery, 3: the default).
fn client_auth(supported: &Value) -> ClientAuth {
    let listed = |method: &str| supported.as_array().is_some_and(|methods| methods.iter().any(|one| one == method));
    let takes = |method: &str| supported == method || listed(method);
    if takes("client_secret_post") && !takes("client_secret_basic") { ClientAuth::Post } else { ClientAuth::Basic }
}

#[cfg(test)]
mod tests {
    use auth_outbound::{OutboundError, Reach};
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://login.example";

    fn document() -> Document {
        Document {
            issuer: ISSUER.to_owned(),
            authorization_endpoint: "https://login.example/authorize".to_owned(),
            token_endpoint: "https://tokens.example.org/token".to_owned(),
            jwks_uri: "https://keys.example.org/keys".to_owned(),
            token_endpoint_auth_methods_supported: Value::Null,
        }
    }

    fn checked(document: Document) -> Result<Discovered, PartyError> {
        document.checked(Issuer::only(ISSUER), &Reach::PublicOnly.into())
    }

    #[test]
    fn endpoints_may_be_on_other_public_hosts() {
        let discovered = checked(document()).unwrap();
        assert_eq!(discovered.token_endpoint.host_str(), Some("tokens.example.org"));
    }

    #[test]
    fn the_issuer_must_be_the_same_byte_for_byte() {
        for issuer in ["https://login.example/", "https://LOGIN.example", "https://login.example:443"] {
            let document = Document { issuer: issuer.to_owned(), ..document() };
            let Err(PartyError::Nonsense(said)) = checked(document) else { panic!("{issuer}") };
            assert_eq!(said.contains("slash"), issuer.ends_with('/'), "{issuer}: {said}");
        }
    }

    #[test]
    fn what_is_odd_and_not_needed_is_not_read() {
        let mut document = json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://login.example/authorize",
            "token_endpoint": "https://login.example/token",
            "jwks_uri": "https://login.example/keys",
        });
        for (member, value) in [
            ("token_endpoint_auth_methods_supported", json!("client_secret_post")),
            ("token_endpoint_auth_methods_supported", json!(null)),
            ("token_endpoint_auth_methods_supported", json!([7, "client_secret_basic"])),
            ("id_token_signing_alg_values_supported", json!(["none", "HS256", 7])),
            ("userinfo_endpoint", json!("http://169.254.169.254/")),
            ("end_session_endpoint", json!(null)),
            ("scopes_supported", json!("openid")),
        ] {
            document[member] = value;
            assert!(checked(serde_json::from_value(document.clone()).unwrap()).is_ok(), "{document}");
        }
    }

    #[test]
    fn endpoints_inside_the_network_are_refused() {
        let inside = || "https://169.254.169.254/latest".to_owned();
        let plain = || "http://login.example/".to_owned();
        for document in [
            Document { authorization_endpoint: inside(), ..document() },
            Document { token_endpoint: inside(), ..document() },
            Document { jwks_uri: inside(), ..document() },
            Document { authorization_endpoint: "javascript:alert(1)".to_owned(), ..document() },
            Document { token_endpoint: plain(), ..document() },
            Document { jwks_uri: plain(), ..document() },
        ] {
            let refused = checked(document);
            assert!(matches!(refused, Err(PartyError::Outbound(OutboundError::Forbidden(_)))), "{refused:?}");
        }
    }

    #[test]
    fn the_secret_goes_into_the_body_only_where_basic_is_not_taken() {
        assert_eq!(client_auth(&Value::Null), ClientAuth::Basic);
        assert_eq!(client_auth(&json!(["client_secret_post"])), ClientAuth::Post);
        assert_eq!(client_auth(&json!("client_secret_post")), ClientAuth::Post);
        assert_eq!(client_auth(&json!(["client_secret_post", "client_secret_basic"])), ClientAuth::Basic);
        assert_eq!(client_auth(&json!(["private_key_jwt"])), ClientAuth::Basic);
    }
}
