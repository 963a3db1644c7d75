//! What clients do with an existing account.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{Address, Answer, Caller, Flows, INVALID_GRANT, Refusal, SignedIn, UNAUTHENTICATED, UNIMPLEMENTED};

/// A password that satisfies every rule.
pub const PASSWORD: &str = "Password@123";
/// Another password that satisfies every rule.
pub const NEW_PASSWORD: &str = "Another#Secret9";

/// The refusal when the password is wrong or nobody has that name.
pub const INVALID_PASSWORD: Refusal = Refusal { name: "invalid_password", number: 4043, status: 400 };
/// The refusal when the account has no password.
pub const PASSWORD_NOT_SET: Refusal = Refusal { name: "password_not_set", number: 9, status: 400 };
/// The refusal when an operator blocked the account.
pub const USER_BLOCKED: Refusal = Refusal { name: "user_blocked", number: 7, status: 403 };
/// The refusal after too many wrong passwords.
pub const INVALID_STATUS: Refusal = Refusal { name: "invalid_status", number: 8, status: 429 };
/// The refusal when `/token` does not support this `grant_type`.
pub const UNSUPPORTED_GRANT_TYPE: Refusal = Refusal { name: "unsupported_grant_type", number: 3, status: 400 };
/// The refusal when anonymous sign-in is switched off. Only here the status differs: the protocol answers 403.
pub const ANONYMOUS_OFF: Refusal = UNIMPLEMENTED.with_status(403);

/// The flows of an account, for every caller.
pub trait AccountFlows: Flows {
    /// Sends a PATCH with a JSON body.
    fn patch(&self, path: &str, body: Value) -> impl Future<Output = Answer> + Send {
        self.send(self.request(Method::PATCH, path).json(&body))
    }

    /// Sends a DELETE.
    fn delete(&self, path: &str) -> impl Future<Output = Answer> + Send {
        self.send(self.request(Method::DELETE, path))
    }

    /// `POST /auth/v1/signin` with a login name and a password.
    fn sign_in(&self, login: &str, password: &str) -> impl Future<Output = Answer> + Send {
        self.post("/auth/v1/signin", json!({ "username": login, "password": password }))
    }

    /// `POST /auth/v1/signin` with the proof of an address.
    fn sign_in_by_code(&self, address: &Address) -> impl Future<Output = Answer> + Send {
        async {
            let token = self.prove(address).await;
            self.post("/auth/v1/signin", json!({ "verification_token": token })).await
        }
    }

    /// `POST /auth/v1/token` as SDKs send it.
    fn refresh(&self, refresh_token: &str) -> impl Future<Output = Answer> + Send {
        self.post("/auth/v1/token", refresh_body(refresh_token))
    }

    /// `POST /auth/v1/signin/with/provider`
    fn sign_in_with_provider(&self, provider_token: &str) -> impl Future<Output = Answer> + Send {
        self.post("/auth/v1/signin/with/provider", json!({ "provider_token": provider_token }))
    }

    /// `POST /auth/v1/signin/anonymously`
    fn sign_in_anonymously(&self) -> impl Future<Output = SignedIn> + Send {
        async { SignedIn::by(self.line(), &self.post("/auth/v1/signin/anonymously", json!({})).await) }
    }
}

impl<C: Caller> AccountFlows for C {}

/// The body of a refresh as SDKs send it: with an empty secret.
#[must_use]
pub fn refresh_body(refresh_token: &str) -> Value {
    json!({
        "client_id": "env-1a2b3c", "client_secret": "", "grant_type": "refresh_token", "refresh_token": refresh_token,
    })
}

impl SignedIn {
    /// `POST /auth/v1/user/sudo` with the password.
    pub async fn sudo(&self, password: &str) -> String {
        let answer = self.post("/auth/v1/user/sudo", json!({ "password": password })).await.ok();
        answer["sudo_token"].as_str().expect("a token").to_owned()
    }

    /// `POST /auth/v1/user/sudo` with a code sent to one of the user's own addresses.
    pub async fn sudo_by_code(&self, address: &Address) -> String {
        let token = self.prove(address).await;
        let answer = self.post("/auth/v1/user/sudo", json!({ "verification_token": token })).await.ok();
        answer["sudo_token"].as_str().expect("a token").to_owned()
    }

    /// `DELETE /auth/v1/user/me`
    pub async fn delete_me(&self, sudo_token: &str) -> Answer {
        self.delete(&format!("/auth/v1/user/me?sudo_token={sudo_token}")).await
    }

    /// The session after a refresh.
    pub async fn refreshed(&self) -> Self {
        Self::by(self.line(), &self.refresh(self.refresh_token()).await)
    }

    /// Asserts that the session is alive: its access token is accepted.
    ///
    /// # Panics
    /// If it is not.
    pub async fn assert_alive(&self) {
        self.get("/auth/v1/user/me").await.ok();
    }

    /// Asserts that the session has ended: neither token is accepted any more.
    ///
    /// # Panics
    /// If one is.
    pub async fn assert_ended(&self) {
        self.get("/auth/v1/user/me").await.refused(UNAUTHENTICATED);
        self.refresh(self.refresh_token()).await.refused(INVALID_GRANT);
    }
}
