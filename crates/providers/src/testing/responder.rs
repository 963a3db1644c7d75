//! A small HTTP/1.1 server on a thread of its own, with one request per connection. It can do what a proper server
//! would not.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use url::form_urlencoded;

use super::lie::Misbehaviour;

/// The largest request.
const MAX_REQUEST: usize = 64 * 1024;

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) form: Vec<(String, String)>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What to answer.
pub(super) enum Reply {
    Json(u16, Value),
    /// JSON with status 200, of another content type, behind a byte order mark.
    OddJson(Value),
    Redirect(String),
    Misbehave(Misbehaviour),
}

/// The server. It stops when this is dropped.
pub(super) struct Responder {
    address: SocketAddr,
    paths: Arc<Mutex<Vec<String>>>,
    _stop: oneshot::Sender<()>,
}

impl Responder {
    /// Listens on a free port of the loopback interface.
    pub(super) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let address = listener.local_addr().expect("an address");
        let paths = Arc::new(Mutex::new(Vec::new()));
        let (stop, stopped) = oneshot::channel();
        let log = Arc::clone(&paths);
        let answer = Arc::new(move |request: &Request| {
            log.lock().unwrap_or_else(PoisonError::into_inner).push(request.path.clone());
            answer(request)
        });
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a listener");
                tokio::select! {
                    () = accept(listener, answer) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, paths, _stop: stop }
    }

    pub(super) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns how often a path was requested.
    pub(super) fn calls(&self, path: &str) -> usize {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner).iter().filter(|asked| *asked == path).count()
    }
}

async fn accept(listener: TcpListener, answer: Arc<impl Fn(&Request) -> Reply + Send + Sync + 'static>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let answer = Arc::clone(&answer);
        connections.spawn(async move {
            // A client that hangs up is not an error of the fake.
            let _ = serve(stream, &*answer).await;
        });
    }
}

async fn serve(mut stream: TcpStream, answer: &(impl Fn(&Request) -> Reply + Sync)) -> std::io::Result<()> {
    let Some(request) = read(&mut stream).await? else { return Ok(()) };
    match answer(&request) {
        Reply::Json(status, body) => {
            stream.write_all(head(status, "application/json", &body.to_string()).as_bytes()).await?;
        }
        Reply::OddJson(body) => {
            stream.write_all(head(200, "text/plain", &format!("\u{feff}{body}")).as_bytes()).await?;
        }
        Reply::Redirect(to) => {
            let head =
                format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
        }
        Reply::Misbehave(how) => misbehave(&mut stream, &request, how).await?,
    }
    stream.shutdown().await
}

async fn misbehave(stream: &mut TcpStream, request: &Request, how: Misbehaviour) -> std::io::Result<()> {
    let page = "<!doctype html><title>Sorry</title>";
    let half = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"issuer\":";
    let answer = match how {
        Misbehaviour::Hang => return std::future::pending().await,
        Misbehaviour::HangHalfway => {
            stream.write_all(half.as_bytes()).await?;
            return std::future::pending().await;
        }
        Misbehaviour::BreakOff => half.to_owned(),
        Misbehaviour::Status(status) => head(status, "text/html", page),
        Misbehaviour::Html => head(200, "text/html", page),
        Misbehaviour::HalfJson => head(200, "application/json", "{\"issuer\":"),
        Misbehaviour::Redirect => {
            format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {}?again\r\ncontent-length: 0\r\n\r\n", request.path)
        }
        Misbehaviour::Huge => head(200, "application/json", &huge()),
        Misbehaviour::HugeWithoutLength => {
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{}", huge())
        }
        Misbehaviour::NotHttp => "220 mail.example ESMTP\r\n".to_owned(),
    };
    stream.write_all(answer.as_bytes()).await
}

fn huge() -> String {
    format!("{{\"padding\":\"{}\"}}", "a".repeat(1024 * 1024))
}

fn head(status: u16, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

/// Reads one request. `None` if the client hangs up, or sends something that this server does not read.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(request) = parse(&bytes) {
            return Ok(Some(request));
        }
        if bytes.len() > MAX_REQUEST || stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

/// `None` while the request is incomplete.
fn parse(bytes: &[u8]) -> Option<Request> {
    let (head, body) = std::str::from_utf8(bytes).ok()?.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let target = lines.next()?.split(' ').nth(1)?;
    // As a proxy is asked, which it is for its own address then.
    let target = target.strip_prefix("http://").and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or(target);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(':')).map(|(k, v)| (k.to_owned(), v.trim().to_owned())).collect();
    let request = Request { path: path.to_owned(), query: pairs(query), headers, form: pairs(body) };
    let length = request.header("content-length").map_or(Some(0), |length| length.parse().ok())?;
    (body.len() >= length).then_some(request)
}

fn pairs(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}
