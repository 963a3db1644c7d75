//! Requests that no proper client would send, as raw bytes.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::{Answer, Caller};

/// Longer than any of the service's limits for reading a request.
const PATIENCE: Duration = Duration::from_secs(40);

/// Sends raw bytes, for every caller.
pub trait RawRequests: Caller {
    /// Sends these bytes on a new connection, then reads until the service closes it.
    fn send_raw(&self, bytes: Vec<u8>) -> impl Future<Output = Vec<u8>> + Send {
        async move {
            let address = self.line().address();
            let conversation = async move {
                let mut stream = TcpStream::connect(address).await.expect("the service listens");
                let mut answer = Vec::new();
                // The service may answer and close the connection before it has read everything.
                let _ = stream.write_all(&bytes).await;
                let _ = stream.read_to_end(&mut answer).await;
                answer
            };
            tokio::time::timeout(PATIENCE, conversation).await.expect("the service closes the connection")
        }
    }

    /// Sends a request with this first line and these further lines, and reads the answer.
    fn request_raw(&self, lines: &[&[u8]], body: &[u8]) -> impl Future<Output = Answer> + Send {
        let question = String::from_utf8_lossy(lines.first().copied().unwrap_or_default()).into_owned();
        let mut bytes = lines.join(&b"\r\n"[..]);
        bytes.extend_from_slice(b"\r\nhost: service\r\nconnection: close\r\n");
        bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        bytes.extend_from_slice(body);
        async move { parse(question, &self.send_raw(bytes).await) }
    }
}

impl<C: Caller + ?Sized> RawRequests for C {}

fn parse(question: String, bytes: &[u8]) -> Answer {
    let shown = String::from_utf8_lossy(bytes).into_owned();
    let final_one = shown.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&shown);
    let Some((head, body)) = final_one.split_once("\r\n\r\n") else { panic!("{question} was answered {shown:?}") };
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        headers.append(name, HeaderValue::from_str(value.trim()).expect("a header's value"));
    }
    Answer::of_parts(question, status.expect("a status"), headers, body.as_bytes().to_vec())
}
