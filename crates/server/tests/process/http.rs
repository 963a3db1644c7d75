//! A minimal HTTP client for these tests: it sends exactly the bytes that they specify.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(40);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Splits one answer of known length off the front of `bytes` and leaves the rest.
    pub(crate) fn take(bytes: &mut Vec<u8>) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Self { status, head, body: Vec::new() };
        let length: usize = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        let body = bytes.get(end..end + length)?.to_vec();
        bytes.drain(..end + length);
        answer.body = body;
        Some(answer)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let of_name = |line: &'_ str| line.split_once(':').is_some_and(|(found, _)| found.eq_ignore_ascii_case(name));
        self.head
            .lines()
            .find(|line| of_name(line))
            .and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim())
    }

    pub(crate) fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text:?} after {}", self.head))
    }

    /// Returns a field of the body, which must be a string.
    pub(crate) fn text(&self, field: &str) -> String {
        let json = self.json();
        json[field].as_str().unwrap_or_else(|| panic!("no {field} in {json}")).to_owned()
    }
}

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self { stream, received: Vec::new() }
    }

    /// Sends bytes. If the server has already hung up, its answer is read later.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let _ = self.stream.write_all(bytes.as_ref());
        self
    }

    /// Returns the next answer, or nothing if the connection ends first.
    pub(crate) fn try_receive(&mut self) -> io::Result<Option<Answer>> {
        let mut chunk = [0; 8192];
        loop {
            if let Some(answer) = Answer::take(&mut self.received) {
                return Ok(Some(answer));
            }
            match self.stream.read(&mut chunk)? {
                0 => return Ok(None),
                count => self.received.extend_from_slice(&chunk[..count]),
            }
        }
    }

    /// Returns everything until the connection ends.
    pub(crate) fn receive_all(&mut self) -> Vec<u8> {
        self.stream.read_to_end(&mut self.received).unwrap();
        std::mem::take(&mut self.received)
    }

    /// Sets how long to wait for an answer.
    pub(crate) fn set_patience(&mut self, patience: Duration) {
        self.stream.set_read_timeout(Some(patience)).unwrap();
    }

    pub(crate) fn receive(&mut self) -> Answer {
        let received = self.try_receive();
        received.unwrap().unwrap_or_else(|| panic!("no answer, only {:?}", String::from_utf8_lossy(&self.received)))
    }
}

/// Formats a request as text, for [`Connection::send`].
pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text + "\r\n" + body
}

/// Makes one request on a connection of its own.
pub(crate) fn call(address: SocketAddr, text: &str) -> Answer {
    Connection::open(address).send(text).receive()
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    call(address, &request("GET", path, &[], ""))
}

pub(crate) fn post(address: SocketAddr, path: &str, body: &Value) -> Answer {
    call(address, &request("POST", path, &[], &body.to_string()))
}
