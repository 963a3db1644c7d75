//! Callers: types with the same helpers.

use std::net::SocketAddr;
use std::sync::LazyLock;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use crate::{Answer, Messages};

/// The connection to a service, and the messages that the service sends. Clones share both.
#[derive(Debug, Clone)]
pub struct Line {
    address: SocketAddr,
    client: Client,
    messages: Messages,
}

impl Line {
    pub(crate) fn new(address: SocketAddr, messages: Messages) -> Self {
        Self { address, client: client(), messages }
    }

    /// The address of the service.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The service's messages.
    #[must_use]
    pub fn messages(&self) -> &Messages {
        &self.messages
    }
}

/// The client of all tests of a process.
fn client() -> Client {
    static CLIENT: LazyLock<Client> = LazyLock::new(|| {
        let builder = Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none());
        // One connection per request: a service that stops has nothing to wait for, and tests share none.
        builder.pool_max_idle_per_host(0).build().expect("a client")
    });
    CLIENT.clone()
}

/// Somebody who calls.
pub trait Caller: Sync {
    /// The connection to the service.
    fn line(&self) -> &Line;

    /// Headers that this caller always sends.
    fn headers(&self) -> HeaderMap;

    /// A request to be completed and passed to [`Caller::send`].
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.line().address);
        self.line().client.request(method, url).headers(self.headers())
    }

    /// Sends a request, and returns the answer whatever it is.
    fn send(&self, request: RequestBuilder) -> impl Future<Output = Answer> + Send {
        async {
            let (client, request) = request.build_split();
            let request = request.expect("a request of a test can be built");
            let question = question(&request);
            let outcome = client.execute(request).await;
            let response = outcome.unwrap_or_else(|error| panic!("{question} was not answered: {error:?}"));
            Answer::read(question, response).await
        }
    }

    /// Sends a GET.
    fn get(&self, path: &str) -> impl Future<Output = Answer> + Send {
        self.send(self.request(Method::GET, path))
    }

    /// Sends a POST with a JSON body, as raw clients do.
    fn post(&self, path: &str, body: Value) -> impl Future<Output = Answer> + Send {
        self.send(self.request(Method::POST, path).json(&body))
    }

    /// Sends a POST with any bytes, with or without a header.
    fn post_bytes(&self, path: &str, content_type: &str, body: Vec<u8>) -> impl Future<Output = Answer> + Send {
        self.send(self.request(Method::POST, path).header("content-type", content_type).body(body))
    }
}

/// A caller about whom nothing is known.
#[derive(Debug, Clone)]
pub struct Anonymous(Line);

impl Anonymous {
    pub(crate) fn on(line: Line) -> Self {
        Self(line)
    }

    /// The same caller on a device.
    #[must_use]
    pub fn on_device(&self, id: &str) -> OnDevice {
        OnDevice { line: self.0.clone(), id: id.to_owned() }
    }

    /// The same caller with an access token.
    #[must_use]
    pub fn signed_in(&self, access_token: &str) -> SignedIn {
        SignedIn { line: self.0.clone(), tokens: serde_json::json!({ "access_token": access_token }) }
    }
}

impl Caller for Anonymous {
    fn line(&self) -> &Line {
        &self.0
    }

    fn headers(&self) -> HeaderMap {
        HeaderMap::new()
    }
}

/// A caller that names its device, as SDKs do.
#[derive(Debug, Clone)]
pub struct OnDevice {
    line: Line,
    id: String,
}

impl OnDevice {
    /// The device's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Caller for OnDevice {
    fn line(&self) -> &Line {
        &self.line
    }

    fn headers(&self) -> HeaderMap {
        HeaderMap::from_iter([header("x-device-id", &self.id)])
    }
}

/// A user with a session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    line: Line,
    tokens: Value,
}

impl SignedIn {
    /// The user that a token answer belongs to. Checks the answer.
    ///
    /// # Panics
    /// If it is not a token answer.
    #[must_use]
    #[track_caller]
    pub fn by(line: &Line, answer: &Answer) -> Self {
        let tokens = answer.ok();
        assert_eq!(tokens["token_type"], "Bearer", "{answer}");
        let text = |name: &str| tokens[name].as_str().unwrap_or_default();
        let (access, refresh, sub) = (text("access_token"), text("refresh_token"), text("sub"));
        assert!(access.len() <= 4096 && access.split('.').count() == 3, "{answer}");
        assert!(refresh.starts_with("m.") && (40..=128).contains(&refresh.len()), "{answer}");
        assert!(sub.len() == 19 && sub.bytes().all(|b| b.is_ascii_digit()), "{answer}");
        assert!(tokens["expires_in"].as_i64().is_some_and(|seconds| seconds > 30), "{answer}");
        Self { line: line.clone(), tokens }
    }

    /// The user's id.
    #[must_use]
    pub fn sub(&self) -> &str {
        self.text("sub")
    }

    /// The access token.
    #[must_use]
    pub fn access_token(&self) -> &str {
        self.text("access_token")
    }

    /// The refresh token.
    #[must_use]
    pub fn refresh_token(&self) -> &str {
        self.text("refresh_token")
    }

    /// The whole token answer.
    #[must_use]
    pub fn tokens(&self) -> &Value {
        &self.tokens
    }

    fn text(&self, name: &str) -> &str {
        self.tokens[name].as_str().unwrap_or_default()
    }
}

impl Caller for SignedIn {
    fn line(&self) -> &Line {
        &self.line
    }

    fn headers(&self) -> HeaderMap {
        HeaderMap::from_iter([header("authorization", &format!("Bearer {}", self.access_token()))])
    }
}

/// The request line, for the message of a test that fails.
fn question(request: &reqwest::Request) -> String {
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
    let body: String = String::from_utf8_lossy(body).chars().take(400).collect();
    let url = request.url();
    format!("{} {}{} {body}", request.method(), url.path(), url.query().map_or_else(String::new, |q| format!("?{q}")))
}

fn header(name: &'static str, value: &str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value fit for a header"))
}
