//! What the service answered, and what the contract says about every answer.

use std::fmt;

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::Refusal;

/// An answer, read completely.
#[derive(Debug, Clone)]
pub struct Answer {
    question: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "{} was answered {} {}", self.question, self.status, body.chars().take(2000).collect::<String>())
    }
}

impl Answer {
    pub(crate) async fn read(question: String, response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = match response.bytes().await {
            Ok(bytes) => bytes.to_vec(),
            Err(error) => panic!("{question} was answered {status}, and the answer broke off: {error}"),
        };
        Self { question, status, headers, body }
    }

    pub(crate) fn of_parts(question: String, status: u16, headers: HeaderMap, body: Vec<u8>) -> Self {
        Self { question, status, headers, body }
    }

    /// A header's value, which is empty if the header is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as JSON, which it must be.
    ///
    /// # Panics
    /// If it is not JSON, or its content type does not say so.
    #[must_use]
    pub fn json(&self) -> Value {
        let kind = self.header("content-type");
        let is_json = kind == "application/json" || kind == "application/jwk-set+json";
        assert!(is_json, "content type {kind:?}: {self}");
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// Asserts that the answer is a 200 with a JSON object that no client takes for an error, and returns the object.
    ///
    /// # Panics
    /// If it is anything else.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self}");
        self.check();
        let body = self.json();
        assert!(body.is_object(), "{self}");
        body
    }

    /// Asserts that the answer is exactly this refusal, and returns the description.
    ///
    /// # Panics
    /// If it is anything else.
    #[track_caller]
    pub fn refused(&self, refusal: Refusal) -> String {
        assert_eq!(self.status, refusal.status, "expected {refusal:?}: {self}");
        self.check();
        let body = self.json();
        assert_eq!(body["error"], refusal.name, "{self}");
        assert_eq!(body["error_code"], refusal.number, "{self}");
        body["error_description"].as_str().unwrap_or_default().to_owned()
    }

    /// Asserts what holds for every answer, whatever the request: JSON with a request id, and the three fields if
    /// it is an error. The page at `/docs` and redirects to it are exempt.
    ///
    /// # Panics
    /// If it does not hold.
    #[track_caller]
    pub fn check(&self) {
        assert!(!self.header("x-request-id").is_empty(), "no x-request-id: {self}");
        self.check_body();
    }

    /// [`Answer::check`] for answers to what is not HTTP and therefore has no request id.
    ///
    /// # Panics
    /// If it does not hold.
    #[track_caller]
    pub fn check_body(&self) {
        let body = self.json();
        if self.status < 400 {
            let looks_like_an_error = ["error", "code"].iter().any(|name| is_truthy(&body[*name]));
            assert!(!looks_like_an_error, "a success that clients take for an error: {self}");
            return;
        }
        let fields: Vec<&String> = body.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
        assert_eq!(fields.len(), 3, "an error has three fields: {self}");
        assert!(body["error"].as_str().is_some_and(is_snake_case), "{self}");
        assert!(body["error_code"].as_i64().is_some_and(|code| code != 0), "{self}");
        assert!(body["error_description"].as_str().is_some_and(|text| !text.is_empty()), "{self}");
        let retry_after = self.header("retry-after").parse::<u64>().ok();
        assert_eq!(retry_after.is_some(), matches!(self.status, 429 | 503), "Retry-After: {self}");
        assert!(retry_after != Some(0), "Retry-After of zero: {self}");
        assert_eq!(
            self.status == 401 && body["error_code"] == 16,
            !self.header("www-authenticate").is_empty(),
            "{self}"
        );
    }

    /// [`Answer::check`], and asserts that the answer is not a fault of the service.
    ///
    /// # Panics
    /// If it is one.
    #[track_caller]
    pub fn check_no_fault(&self) {
        assert!(self.status < 500 || self.status == 501, "{self}");
        self.check();
    }
}

fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

fn is_snake_case(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}
