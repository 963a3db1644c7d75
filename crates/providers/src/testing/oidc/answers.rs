//! The fake's answers, path by path.

use serde_json::{Value, json};

use super::super::lie::{FakeEndpoint, Lie};
use super::super::responder::{Reply, Request};
use super::client::FakeClientAuth;
use super::state::{Inner, State};

const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEY_SET: &str = "/keys";
const AUTHORIZE: &str = "/authorize";
const TOKEN: &str = "/token";

impl State {
    pub(super) fn answer(&self, request: &Request) -> Reply {
        let endpoint = match request.path.as_str() {
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
            (_, FakeEndpoint::Discovery) => Reply::Json(200, self.lock().discovery()),
            (_, FakeEndpoint::KeySet) => Reply::Json(200, self.lock().key_set()),
            (Some(Lie::OAuthError(error)), _) => Reply::Json(400, json!({ "error": error })),
            _ => self.token(request),
        }
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
        if !self.lock().knows_client(request) {
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
        let issuer = &self.issuer;
        let mut document = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}{AUTHORIZE}"),
            "token_endpoint": format!("{issuer}{TOKEN}"),
            "jwks_uri": format!("{issuer}{KEY_SET}"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
        });
        if self.client_auth == FakeClientAuth::Post {
            document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
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
        json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0", "kid": "odd" }, key] })
    }
}
