//! One request and its answer.

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::failed;
use crate::watch::Called;
use crate::{OutboundError, OutboundHttp, SigningSecrets};

/// How much is read of an answer of which only the status matters, so that its connection can be reused. A longer
/// answer costs the connection.
const MAX_IGNORED: usize = 4096;

/// A request that has not been sent yet.
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'a> {
    http: &'a OutboundHttp,
    address: &'a Url,
    builder: RequestBuilder,
}

impl OutboundHttp {
    /// Begins a GET request.
    pub fn get<'a>(&'a self, address: &'a Url) -> Request<'a> {
        Request { http: self, address, builder: self.client().get(address.clone()) }
    }

    /// Begins a HEAD request, which has no effect (RFC 9110, 9.2.1).
    pub fn head<'a>(&'a self, address: &'a Url) -> Request<'a> {
        Request { http: self, address, builder: self.client().head(address.clone()) }
    }

    /// Begins a POST request.
    pub fn post<'a>(&'a self, address: &'a Url) -> Request<'a> {
        Request { http: self, address, builder: self.client().post(address.clone()) }
    }
}

impl<'a> Request<'a> {
    /// Adds a header. If it is invalid, the request fails.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with(|builder| builder.header(name, value))
    }

    /// Adds a bearer token (RFC 6750).
    pub fn bearer(self, token: &str) -> Self {
        self.with(|builder| builder.bearer_auth(token))
    }

    /// Adds a name and a secret (HTTP Basic, RFC 7617).
    pub fn basic(self, user: &str, secret: &str) -> Self {
        self.with(|builder| builder.basic_auth(user, Some(secret)))
    }

    /// Posts a form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        self.with(|builder| builder.form(fields))
    }

    /// Posts a value as JSON.
    pub fn json(self, body: &impl Serialize) -> Self {
        self.with(|builder| builder.json(body))
    }

    /// Posts bytes unchanged.
    pub fn body(self, content_type: &str, bytes: Vec<u8>) -> Self {
        self.with(|builder| builder.header(CONTENT_TYPE, content_type).body(bytes))
    }

    /// Posts JSON, signed according to Standard Webhooks (standardwebhooks.com). `id` is the same at every attempt,
    /// while `timestamp`, in seconds since 1970, belongs to this attempt.
    pub fn signed_json(self, secrets: &SigningSecrets, id: &str, timestamp: i64, json: Vec<u8>) -> Self {
        self.header("webhook-id", id)
            .header("webhook-timestamp", &timestamp.to_string())
            .header("webhook-signature", &secrets.sign(id, timestamp, &json))
            .body("application/json", json)
    }

    /// Sends the request and reads the whole answer. An answer with any status is a success.
    ///
    /// # Errors
    /// Returns [`OutboundError`] if there is no answer within the limits.
    pub async fn send(self) -> Result<Answer, OutboundError> {
        let http = self.http;
        let _place = self.check().await?;
        let (builder, called) = traced(http, self.builder);
        let response = builder.header(ACCEPT, "application/json").send().await.map_err(failed)?;
        let answer = Answer { status: response.status().as_u16(), body: read(response, http.max_answer()).await? };
        if let Some(called) = called {
            called.answered(answer.status);
        }
        Ok(answer)
    }

    /// Sends the request and returns the status of the answer. Only the status counts, whatever happens while the
    /// body is read.
    ///
    /// # Errors
    /// Returns [`OutboundError`] if there is no answer within the limits.
    pub async fn send_for_status(self) -> Result<u16, OutboundError> {
        let _place = self.check().await?;
        let (builder, called) = traced(self.http, self.builder);
        let response = builder.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        if let Some(called) = called {
            called.answered(status);
        }
        drain(response).await;
        Ok(status)
    }

    async fn check(&self) -> Result<impl Drop + use<'a>, OutboundError> {
        let place = self.http.place()?;
        self.http.admit(self.address).await?;
        Ok(place)
    }

    fn with(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self { builder: change(self.builder), ..self }
    }
}

/// Tells the other party which trace the request belongs to, if it belongs to one.
fn traced(http: &OutboundHttp, builder: RequestBuilder) -> (RequestBuilder, Option<Called>) {
    match http.watcher().ask() {
        Some(called) => (builder.header("traceparent", called.traceparent()), Some(called)),
        None => (builder, None),
    }
}

/// A complete answer.
pub struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl Answer {
    /// Returns the status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns this answer if its status is 200 to 299.
    ///
    /// # Errors
    /// Returns [`OutboundError::Status`] for any other status.
    pub fn successful(self) -> Result<Self, OutboundError> {
        if (200..300).contains(&self.status) { Ok(self) } else { Err(OutboundError::Status(self.status)) }
    }

    /// Reads the body as JSON, whatever the content type says. Its content stays out of the error, because it may be a
    /// token.
    ///
    /// # Errors
    /// Returns [`OutboundError::NotJson`] if it does not have this type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, OutboundError> {
        // Parsers may ignore a byte order mark (RFC 8259, 8.1), and some parties write one.
        let text = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        serde_json::from_slice(text).map_err(|_| OutboundError::NotJson)
    }
}

/// Prints only the status, because bodies contain tokens.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// Reads to the end or to the limit. The announced length is not trusted.
async fn read(mut response: Response, limit: usize) -> Result<Vec<u8>, OutboundError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > limit {
            return Err(OutboundError::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

async fn drain(mut response: Response) {
    let mut left = MAX_IGNORED;
    while let Ok(Some(chunk)) = response.chunk().await {
        match left.checked_sub(chunk.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
