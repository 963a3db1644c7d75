//! What clients do in several steps.

use serde_json::{Value, json};

use crate::{Address, Caller, SignedIn, unique_email, unique_phone};

/// A code that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentCode {
    /// `verification_id`
    pub id: String,
    /// The six digits.
    pub code: String,
}

impl SentCode {
    /// The body that exchanges it for a token.
    #[must_use]
    pub fn body(&self) -> Value {
        self.guess(&self.code)
    }

    /// The same body with another code.
    #[must_use]
    pub fn guess(&self, code: &str) -> Value {
        json!({ "verification_id": self.id, "verification_code": code })
    }

    /// The body with a wrong code.
    #[must_use]
    pub fn wrong(&self) -> Value {
        self.wrong_by(1)
    }

    /// The body with a wrong code, a different one for every distance below a million.
    #[must_use]
    pub fn wrong_by(&self, distance: u32) -> Value {
        let code: u32 = self.code.parse().expect("six digits");
        self.guess(&format!("{:06}", (code + distance) % 1_000_000))
    }
}

/// The flows of clients, for every caller.
pub trait Flows: Caller {
    /// Requests a code and reads it.
    fn send_code(&self, address: &Address) -> impl Future<Output = SentCode> + Send {
        async {
            let answer = self.post("/auth/v1/verification", address.with(json!({}))).await.ok();
            let message = self.line().messages().next_to(address.text()).await;
            let id = answer["verification_id"].as_str().expect("an id").to_owned();
            SentCode { id, code: message.code }
        }
    }

    /// Exchanges a code for its token.
    fn verify(&self, sent: &SentCode) -> impl Future<Output = String> + Send {
        async {
            let answer = self.post("/auth/v1/verification/verify", sent.body()).await.ok();
            answer["verification_token"].as_str().expect("a token").to_owned()
        }
    }

    /// Proves control of an address, and returns the verification token.
    fn prove(&self, address: &Address) -> impl Future<Output = String> + Send {
        async { self.verify(&self.send_code(address).await).await }
    }

    /// The body of a sign-up with this address, including its proof.
    fn sign_up_body(&self, address: &Address, extra: Value) -> impl Future<Output = Value> + Send {
        async move {
            let mut body = address.with(extra);
            body["verification_token"] = json!(self.prove(address).await);
            body
        }
    }

    /// Signs up with an address and the other fields given.
    fn sign_up(&self, address: &Address, extra: Value) -> impl Future<Output = SignedIn> + Send {
        async move {
            let body = self.sign_up_body(address, extra).await;
            SignedIn::by(self.line(), &self.post("/auth/v1/signup", body).await)
        }
    }

    /// Signs up with a new phone number and nothing else.
    fn sign_up_by_phone(&self) -> impl Future<Output = SignedIn> + Send {
        async { self.sign_up(&unique_phone(), json!({})).await }
    }

    /// Signs up with a new e-mail address and nothing else.
    fn sign_up_by_email(&self) -> impl Future<Output = SignedIn> + Send {
        async { self.sign_up(&unique_email(), json!({})).await }
    }

    /// The caller's account.
    fn me(&self) -> impl Future<Output = Value> + Send {
        async { self.get("/auth/v1/user/me").await.ok() }
    }
}

impl<C: Caller + ?Sized> Flows for C {}
