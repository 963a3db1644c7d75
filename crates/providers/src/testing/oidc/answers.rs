//! The fake's answers, path by path.

use serde_json::{Value, json};

use super::super::lie::{FakeEndpoint, Lie};
use super::super::responder::{Reply, Request};
use super::client::FakeClientAuth;
use super::state::{Inner, PLACEHOLDER, State};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEY_SET: &str = "/keys";
const AUTHORIZE: &str = "/authorize";
const TOKEN: &str = "/token";

/// Returns a path without the tenant before it, as in `/common/v2.0/token`.
fn path_below(path: &str) -> &str {
    path.split_once("/v2.0").filter(|(tenant, _)| tenant.matches('/').count() == 1).map_or(path, |(_, rest)| rest)
}

impl State {
    pub(super) fn answer(&self, request: &Request) -> Reply {
        let endpoint = match path_below(&request.path) {
            DISCOVERY => FakeEndpoint::Discovery,
            KEY_SET => FakeEndpoint::KeySet,
            TOKEN => FakeEndpoint::Token,
            AUTHORIZE => return self.authorize(request),
            _ => return Reply::Json(404, json!({})),
        };
        let lie = self.lock().lie;
        match (lie, endpoint) {
            // The query is what a redirect adds: a client that follows it gets the right answer.
            (Some(Lie::At(at, how)), _) if at == endpoint && request.query.is_empty() => Reply::Misbehave(how),
            (_, FakeEndpoint::Discovery) => self.document(Inner::discovery),
            (_, FakeEndpoint::KeySet) => self.document(Inner::key_set),
            (Some(Lie::OAuthError(error)), _) => Reply::Json(400, json!({ "error": error })),
            _ => self.token(request),
        }
    }

    fn document(&self, document: impl Fn(&Inner) -> Value) -> Reply {
        let inner = self.lock();
        if inner.odd { Reply::OddJson(document(&inner)) } else { Reply::Json(200, document(&inner)) }
    }

    fn authorize(&self, request: &Request) -> Reply {
        let mut inner = self.lock();
        let person = inner.person.clone();
        match inner.approve(&request.query, &person) {
            Some(approval) => Reply::Redirect(approval.redirect),
            None => Reply::Json(400, json!({ "error": "invalid_request" })),
        }
    }

    fn token(&self, request: &Request) -> Reply {
        if !self.lock().knows_client(request, self.clock.now().timestamp()) {
            return Reply::Json(401, json!({ "error": "invalid_client" }));
        }
        let Some(pending) = self.lock().redeem(request) else {
            return Reply::Json(400, json!({ "error": "invalid_grant", "error_description": "no such code" }));
        };
        let mut tokens = json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 3600 });
        match self.lock().lie {
            Some(Lie::NoIdToken) => return Reply::Json(200, tokens),
            Some(Lie::GarbledIdToken) => {
                tokens["id_token"] = json!("no.jwt");
                return Reply::Json(200, tokens);
            }
            _ => {}
        }
        tokens["id_token"] = json!(self.id_token(&pending.person, pending.nonce.as_deref()));
        Reply::Json(200, tokens)
    }
}

impl Inner {
    fn discovery(&self) -> Value {
        let base = self.issuer.replace(PLACEHOLDER, "common");
        let mut document = json!({
            "issuer": self.issuer,
            "authorization_endpoint": format!("{base}{AUTHORIZE}"),
            "token_endpoint": format!("{base}{TOKEN}"),
            "jwks_uri": format!("{base}{KEY_SET}"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
        });
        if matches!(self.client_auth, FakeClientAuth::Post | FakeClientAuth::Signed) {
            document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
        }
        if self.odd {
            document["token_endpoint_auth_methods_supported"] = json!("client_secret_basic");
            document["userinfo_endpoint"] = Value::Null;
            document["claims_supported"] = json!("sub");
        }
        match self.lie {
            Some(Lie::DiscoveredIssuer) => document["issuer"] = json!("https://attacker.example"),
            Some(Lie::IncompleteDiscovery) => document["jwks_uri"] = Value::Null,
            _ => {}
        }
        document
    }

    fn key_set(&self) -> Value {
        if self.lie == Some(Lie::GarbledKeySet) {
            return json!({ "keys": "none" });
        }
        let mut key = self.signer.jwk();
        if !self.keys_named {
            key["kid"] = Value::Null;
        }
        if self.issuer.contains(PLACEHOLDER) {
            key["issuer"] = json!(self.issuer);
        }
        let mut keys = vec![json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "odd" })];
        if self.odd {
            key["alg"] = Value::Null;
            key["x5c"] = json!("none");
            let purpose = json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "use": "tls", "kid": self.signer.kid });
            let algorithm = json!({ "kty": "AKP", "alg": "ML-DSA-65", "pub": "AA", "kid": self.signer.kid });
            keys.extend([json!(7), Value::Null, json!({}), purpose, algorithm]);
        }
        keys.push(key);
        json!({ "keys": keys })
    }
}
