//! The discovery document (OpenID Connect Discovery 1.0, 3 and 4).

use auth_outbound::AddressPolicy;
use serde::Deserialize;
use url::Url;

use crate::code_flow::ClientAuth;
use crate::party::PartyError;

/// The part of the document that is read.
#[derive(Deserialize)]
pub(super) struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// A document that has been checked.
#[derive(Debug)]
pub(super) struct Discovered {
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) jwks_uri: Url,
    pub(super) client_auth: ClientAuth,
}

impl Document {
    /// Checks the document. One of another issuer is a forgery or a mistake (Discovery, 4.3), and its endpoints are
    /// untrusted addresses like any other. They may be on other hosts, as they are for the largest parties.
    pub(super) fn checked(self, issuer: &str, reach: &AddressPolicy) -> Result<Discovered, PartyError> {
        if self.issuer != issuer {
            return Err(PartyError::Nonsense("the discovery document names another issuer"));
        }
        Ok(Discovered {
            authorization_endpoint: reach.parse(&self.authorization_endpoint)?,
            token_endpoint: reach.parse(&self.token_endpoint)?,
            jwks_uri: reach.parse(&self.jwks_uri)?,
            client_auth: client_auth(self.token_endpoint_auth_methods_supported.as_deref()),
        })
    }
}

/// Returns `client_secret_basic` unless the party accepts only `client_secret_post` (Discovery, 3: the default).
fn client_auth(supported: Option<&[String]>) -> ClientAuth {
    let takes = |method: &str| supported.is_some_and(|methods| methods.iter().any(|m| m == method));
    if takes("client_secret_post") && !takes("client_secret_basic") { ClientAuth::Post } else { ClientAuth::Basic }
}

#[cfg(test)]
mod tests {
    use auth_outbound::{OutboundError, Reach};

    use super::*;

    const ISSUER: &str = "https://login.example";

    fn document() -> Document {
        Document {
            issuer: ISSUER.to_owned(),
            authorization_endpoint: "https://login.example/authorize".to_owned(),
            token_endpoint: "https://tokens.example.org/token".to_owned(),
            jwks_uri: "https://keys.example.org/keys".to_owned(),
            token_endpoint_auth_methods_supported: None,
        }
    }

    #[test]
    fn endpoints_may_be_on_other_public_hosts() {
        let discovered = document().checked(ISSUER, &Reach::PublicOnly.into()).unwrap();
        assert_eq!(discovered.token_endpoint.host_str(), Some("tokens.example.org"));
    }

    #[test]
    fn the_issuer_must_be_the_same_byte_for_byte() {
        for issuer in ["https://login.example/", "https://LOGIN.example", "https://login.example:443"] {
            let document = Document { issuer: issuer.to_owned(), ..document() };
            assert!(matches!(document.checked(ISSUER, &Reach::PublicOnly.into()), Err(PartyError::Nonsense(_))), "{issuer}");
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
            let refused = document.checked(ISSUER, &Reach::PublicOnly.into());
            assert!(matches!(refused, Err(PartyError::Outbound(OutboundError::Forbidden(_)))), "{refused:?}");
        }
    }

    #[test]
    fn the_secret_goes_into_the_body_only_where_basic_is_not_taken() {
        let methods = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(client_auth(None), ClientAuth::Basic);
        assert_eq!(client_auth(Some(&methods(&["client_secret_post"]))), ClientAuth::Post);
        assert_eq!(client_auth(Some(&methods(&["client_secret_post", "client_secret_basic"]))), ClientAuth::Basic);
        assert_eq!(client_auth(Some(&methods(&["private_key_jwt"]))), ClientAuth::Basic);
    }
}
