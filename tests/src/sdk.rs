//! A client that sends what the hosted service's SDKs send, makes calls in the order in which they do, and
//! interprets errors as they do.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::{Address, Answer, Caller, Line, SentCode, SignedIn, TestApp, refresh_body, unique_device};

/// The client id, for which SDKs send the environment's name.
const CLIENT_ID: &str = "env-1a2b3c";

/// A client with its device and, after signing in, a session.
#[derive(Debug, Clone)]
pub struct Sdk {
    line: Line,
    device: String,
    session: Option<SignedIn>,
}

/// A code that the client requested.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// The verification's id, and the code as the user reads it.
    pub sent: SentCode,
    /// Whether the address belongs to a user, which decides between sign-in and sign-up.
    pub is_user: bool,
}

impl Sdk {
    /// A new client of this service.
    #[must_use]
    pub fn of(app: &TestApp) -> Self {
        Self { line: app.anonymous().line().clone(), device: unique_device(), session: None }
    }

    /// The session.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn session(&self) -> &SignedIn {
        self.session.as_ref().expect("the client has a session")
    }

    /// Makes a call without a token: the client names itself in the query.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mark = if path.contains('?') { '&' } else { '?' };
        let named = format!("{path}{mark}client_id={CLIENT_ID}");
        self.complete(self.request(method, &named), body).await
    }

    /// Makes a call with the session's token and without `client_id`; without a session, the same as
    /// [`Sdk::call`].
    pub async fn call_signed(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let Some(session) = &self.session else { return self.call(method, path, body).await };
        let text = |name: &str| session.tokens()[name].as_str().unwrap_or_default().to_owned();
        let authorization = format!("{} {}", text("token_type"), text("access_token"));
        self.complete(self.request(method, path).header("authorization", authorization), body).await
    }

    async fn complete(&self, request: reqwest::RequestBuilder, body: Option<Value>) -> Answer {
        let request = match body {
            Some(body) => request.header("content-type", "text/plain;charset=UTF-8").body(body.to_string()),
            None => request,
        };
        let answer = self.send(request).await;
        answer.check_no_fault();
        assert_eq!(answer.header("x-request-id"), REQUEST_ID, "the request's id comes back: {answer}");
        answer
    }

    /// Requests a code, with these fields in addition to the address, and with the token if there is a session.
    pub async fn ask_for_code(&self, address: &Address, fields: Value) -> Challenge {
        let answer = self.call_signed(Method::POST, "/auth/v1/verification", Some(address.with(fields))).await.ok();
        let id = answer["verification_id"].as_str().expect("an id").to_owned();
        let code = self.line.messages().next_to(address.text()).await.code;
        Challenge { sent: SentCode { id, code }, is_user: answer["is_user"].as_bool().unwrap_or(false) }
    }

    /// Exchanges the code for its token, always without the access token.
    pub async fn verify(&self, challenge: &Challenge) -> String {
        let body = Some(challenge.sent.body());
        let answer = self.call(Method::POST, "/auth/v1/verification/verify", body).await.ok();
        answer["verification_token"].as_str().expect("a token").to_owned()
    }

    /// `signUp` and `signInWithOtp`, up to the session. `rest` is sent with a sign-up only.
    pub async fn enter(&mut self, address: &Address, rest: Value) -> Value {
        let usage = match address.field() {
            "email" => json!({ "usage": "email" }),
            _ => json!({}),
        };
        let challenge = self.ask_for_code(address, usage).await;
        let token = self.verify(&challenge).await;
        let answer = if challenge.is_user {
            let body = json!({ "username": address.text(), "verification_token": token });
            self.call(Method::POST, "/auth/v1/signin", Some(body)).await
        } else {
            let mut body = address.with(rest);
            body["verification_token"] = json!(token);
            body["verification_code"] = json!(challenge.sent.code);
            self.call(Method::POST, "/auth/v1/signup", Some(body)).await
        };
        self.arrive(&answer).await
    }

    /// Keeps the tokens, then fetches the user before it reports success, as js-sdk does.
    pub async fn arrive(&mut self, answer: &Answer) -> Value {
        self.session = Some(SignedIn::by(&self.line, answer));
        let me = self.me().await;
        assert_eq!(me["sub"], self.session().sub(), "{me}");
        me
    }

    /// `getUser`
    pub async fn me(&self) -> Value {
        let me = self.call_signed(Method::GET, "/auth/v1/user/me", None).await.ok();
        for field in ["sub", "created_at"] {
            assert!(me[field].is_string(), "{field} is missing: {me}");
        }
        assert!(me["providers"].is_array() && me["groups"].is_array(), "{me}");
        me
    }

    /// `refreshSession`: the answer replaces everything that was stored.
    pub async fn refresh_session(&mut self) {
        let body = refresh_body(self.session().refresh_token());
        let answer = self.call(Method::POST, "/auth/v1/token", Some(body)).await;
        self.session = Some(SignedIn::by(&self.line, &answer));
    }

    /// `signOut()`: the token is sent in the body, and nothing in the header.
    pub async fn sign_out(&mut self) -> SignedIn {
        let session = self.session.take().expect("the client has a session");
        let body = json!({ "token": session.access_token() });
        self.call(Method::POST, "/auth/v1/revoke", Some(body)).await.ok();
        session
    }

    /// `sudo`, with the password or with a verification token.
    pub async fn sudo(&self, evidence: Value) -> String {
        let answer = self.call_signed(Method::POST, "/auth/v1/user/sudo", Some(evidence)).await.ok();
        assert_eq!(answer["expires_in"], 900, "{answer}");
        answer["sudo_token"].as_str().expect("a token").to_owned()
    }
}

/// js-sdk sends 32 new hexadecimal characters per call.
const REQUEST_ID: &str = "0123456789abcdef0123456789abcdef";

impl Caller for Sdk {
    fn line(&self) -> &Line {
        &self.line
    }

    fn headers(&self) -> HeaderMap {
        let headers = [
            ("x-device-id", self.device.as_str()),
            ("x-request-id", REQUEST_ID),
            ("accept-language", "zh-CN"),
            ("x-sdk-version", "@cloudbase/js-sdk/3.7.0"),
            // Sent only by `@cloudbase/oauth`: the name is literally this.
            ("undefined", "undefined"),
        ];
        let header = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("plain text"));
        headers.map(header).into_iter().collect()
    }
}

/// What js-sdk makes of an error answer.
///
/// # Panics
/// If the answer is not an error.
#[must_use]
pub fn sdk_verdict(answer: &Answer) -> &'static str {
    answer.check();
    let body = answer.json();
    let name = body["error"].as_str().unwrap_or_default();
    let text = body["error_description"].as_str().unwrap_or_default().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match body["error_code"].as_i64().unwrap_or_default() {
        0 => panic!("no error: {answer}"),
        4001 => "CAPTCHA_REQUIRED",
        4002 => "CAPTCHA_INVALID",
        4042 => "MFA_REQUIRED",
        4045 => "PROVIDER_NOT_ENABLED",
        8 => "RATE_LIMITED",
        10 | 12 | 13 | 14 => "SERVICE_ERROR",
        5 => "USER_NOT_FOUND",
        16 => "INVALID_CREDENTIALS",
        3 if says(&["verification", "does not match", "token expired", "token error"]) => "VERIFICATION_FAILED",
        _ if says(&["identity provider", "login method", "not enabled"]) => "PROVIDER_NOT_ENABLED",
        9 if says(&["not found"]) => "USER_NOT_FOUND",
        9 => "PRECONDITION_FAILED",
        _ if name == "invalid_password" || says(&["password", "credentials", "verification"]) => "INVALID_CREDENTIALS",
        _ if says(&["blocked", "pending", "review", "locked"]) => "USER_STATUS_ABNORMAL",
        _ if says(&["network", "timeout"]) => "SERVICE_ERROR",
        _ if name == "invalid_argument" => "INVALID_PARAMS",
        _ => "PROVIDER_NOT_ENABLED",
    }
}
