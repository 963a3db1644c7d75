//! A webhook receiver that keeps what it receives.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use url::form_urlencoded;

use super::inbox::Inbox;

/// How [`FakeWebhook`] answers, from the next request on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookConduct {
    /// Answers with this status and an empty object.
    Answer(u16),
    /// Answers with this status and this text.
    Refuse(u16, String),
    /// Answers with 307 to this address.
    Redirect(String),
    /// Answers with 200 and an endless body.
    Endless,
    /// Closes the connection without an answer.
    Drop,
    /// Sends no answer.
    Hang,
    /// Sends what its protocol says ([`FakeWebhook::speaking`]), or an empty object without one.
    Speak,
}

/// What a protocol answers to a request: a status and a body.
type Protocol = Box<dyn Fn(&ReceivedRequest) -> (u16, String) + Send + Sync>;

/// A request as [`FakeWebhook`] received it.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    /// The first line, such as `POST /sms HTTP/1.1`.
    pub line: String,
    /// Headers by name in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body's bytes, as they were signed.
    pub body: Vec<u8>,
}

impl ReceivedRequest {
    /// Returns the value of a field of the query or of a posted form, or an empty text.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        let query =
            self.line.split(' ').nth(1).and_then(|target| target.split_once('?')).map_or("", |(_, query)| query);
        let fields = form_urlencoded::parse(query.as_bytes()).chain(form_urlencoded::parse(&self.body));
        fields.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    /// Returns the body as JSON, or null if it is not JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns a header's value, which is empty if there is none. `name` is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// A webhook receiver on a port of 127.0.0.1, plain HTTP/1.1. It keeps every request, whatever it answers, but those that
/// only ask whether it is there (HEAD).
pub struct FakeWebhook {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

struct State {
    conduct: Mutex<WebhookConduct>,
    protocol: Protocol,
    requests: Inbox<ReceivedRequest>,
}

impl FakeWebhook {
    /// Starts a receiver that answers 200 until told otherwise.
    ///
    /// # Panics
    /// When no port is available.
    pub async fn start() -> Self {
        Self::speaking(|_| (200, "{}".to_owned())).await
    }

    /// Starts the stub of a vendor or of a third party: it answers each request with the status and the body that
    /// `protocol` returns, until told otherwise. [`WebhookConduct::Speak`] leads back to it.
    ///
    /// # Panics
    /// When no port is available.
    pub async fn speaking(protocol: impl Fn(&ReceivedRequest) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let (conduct, protocol) = (Mutex::new(WebhookConduct::Speak), Box::new(protocol));
        let state = Arc::new(State { conduct, protocol, requests: Inbox::new() });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Self { address, state, accepting }
    }

    /// `http://127.0.0.1:port/messages`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/messages", self.address)
    }

    /// Changes the receiver's behaviour, for open connections too.
    pub fn conduct(&self, conduct: WebhookConduct) {
        *self.state.conduct.lock().unwrap_or_else(PoisonError::into_inner) = conduct;
    }

    /// Returns all requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.state.requests.all()
    }

    /// Returns the oldest request that no earlier call has returned, and waits for it as long as it takes.
    pub async fn next_request(&self) -> ReceivedRequest {
        self.state.requests.next().await
    }
}

impl Drop for FakeWebhook {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        // A client that goes away ends its connection, which is not an error of the test.
        connections.spawn(async move { serve(BufReader::new(stream), state).await.unwrap_or_default() });
    }
}

async fn serve(mut stream: BufReader<TcpStream>, state: Arc<State>) -> std::io::Result<()> {
    while let Some(request) = read_request(&mut stream).await? {
        if request.line.starts_with("HEAD ") {
            stream.write_all(b"HTTP/1.1 204 -\r\n\r\n").await?;
            continue;
        }
        state.requests.push(request.clone());
        let conduct = state.conduct.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match conduct {
            WebhookConduct::Answer(status) => answer(&mut stream, status, "", "{}").await?,
            WebhookConduct::Refuse(status, text) => answer(&mut stream, status, "", &text).await?,
            WebhookConduct::Redirect(to) => answer(&mut stream, 307, &format!("location: {to}\r\n"), "{}").await?,
            WebhookConduct::Endless => talk_forever(&mut stream).await?,
            WebhookConduct::Drop => return Ok(()),
            WebhookConduct::Hang => std::future::pending().await,
            WebhookConduct::Speak => {
                let (status, body) = (state.protocol)(&request);
                answer(&mut stream, status, "", &body).await?;
            }
        }
    }
    Ok(())
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<ReceivedRequest>> {
    let line = read_line(stream).await?;
    if line.is_empty() {
        return Ok(None);
    }
    let mut headers = BTreeMap::new();
    while let Some((name, value)) = read_line(stream).await?.split_once(':') {
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(ReceivedRequest { line, headers, body }))
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    Ok(line.trim_end().to_owned())
}

/// Sends an answer. 204 and 304 have no body (RFC 9110, 6.4.1).
async fn answer(stream: &mut BufReader<TcpStream>, status: u16, headers: &str, body: &str) -> std::io::Result<()> {
    let answer = match status {
        204 | 304 => format!("HTTP/1.1 {status} -\r\n{headers}\r\n"),
        _ => format!("HTTP/1.1 {status} -\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()),
    };
    stream.write_all(answer.as_bytes()).await
}

async fn talk_forever(stream: &mut BufReader<TcpStream>) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 -\r\ncontent-type: text/plain\r\n\r\n").await?;
    loop {
        stream.write_all(&[b'x'; 1024]).await?;
    }
}
