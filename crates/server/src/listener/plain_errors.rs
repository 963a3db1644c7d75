//! JSON for the errors that no application sees, because the protocol has no empty bodies.
//!
//! Requests that are not HTTP, have too large a head, or arrive too slowly are answered by `actix-http` itself, with
//! an empty body and the end of the connection. This stream replaces that answer with an error in the contract's
//! shape, and waits a moment before it closes, because closing with unread input makes the system discard what has
//! not been delivered yet (RFC 9112, 9.6).
//!
//! It also closes connections on which nothing has been answered for a long time, because `actix-http` limits only
//! the time of a connection's first head.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::rt::time::{Sleep, sleep, sleep_until};
use auth_http::error::{ErrorBody, ErrorName};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// How long the client may still read and send after the last answer.
const LINGER: Duration = Duration::from_secs(2);
/// Longer than the longest head that `actix-http` writes by itself: status, length, connection, date.
const LONGEST_HEAD: usize = 256;
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// A connection whose last answer is JSON.
pub(super) struct PlainErrors<T> {
    io: T,
    stage: Stage,
    silence: Duration,
    last_write: Instant,
    silence_ends: Pin<Box<Sleep>>,
}

enum Stage {
    Open,
    /// The last answer is being sent in place of `replaced` bytes.
    Farewell {
        answer: Vec<u8>,
        written: usize,
        replaced: usize,
    },
    /// Whatever still arrives is discarded.
    Lingering {
        until: Pin<Box<Sleep>>,
        replaced: usize,
    },
    Closed,
}

impl<T> PlainErrors<T> {
    /// Wraps a connection. `silence` is the longest time without a byte written.
    pub(super) fn new(io: T, silence: Duration) -> Self {
        let last_write = Instant::now();
        let silence_ends = Box::pin(sleep_until(last_write + silence));
        Self { io, stage: Stage::Open, silence, last_write, silence_ends }
    }

    /// The stream beneath.
    pub(super) fn get_ref(&self) -> &T {
        &self.io
    }

    /// The timer is not reset at every write, but checked when it ends.
    fn is_silent(&mut self, context: &mut Context<'_>) -> bool {
        while self.silence_ends.as_mut().poll(context).is_ready() {
            let end = self.last_write + self.silence;
            if end <= Instant::now() {
                return true;
            }
            self.silence_ends.as_mut().reset(end);
        }
        false
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for PlainErrors<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.io).poll_read(context, into)?;
        if self.is_silent(context) {
            into.clear(); // the end of the stream
            return Poll::Ready(Ok(()));
        }
        read.map(Ok)
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for PlainErrors<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.last_write = Instant::now();
        loop {
            match &mut this.stage {
                Stage::Open => match find_empty_error(bytes) {
                    None => return Pin::new(&mut this.io).poll_write(context, bytes),
                    Some(0) => this.stage = farewell(bytes),
                    Some(start) => return Pin::new(&mut this.io).poll_write(context, &bytes[..start]),
                },
                Stage::Farewell { answer, written, replaced } => {
                    if let Some(rest) = answer.get(*written..).filter(|rest| !rest.is_empty()) {
                        *written += ready!(Pin::new(&mut this.io).poll_write(context, rest))?;
                    } else {
                        ready!(Pin::new(&mut this.io).poll_shutdown(context))?;
                        this.stage = Stage::Lingering { until: Box::pin(sleep(LINGER)), replaced: *replaced };
                    }
                }
                Stage::Lingering { until, replaced } => {
                    if until.as_mut().poll(context).is_pending() {
                        ready!(poll_discard(&mut this.io, context));
                    }
                    let replaced = *replaced;
                    this.stage = Stage::Closed;
                    return Poll::Ready(Ok(replaced));
                }
                Stage::Closed => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

/// Returns ready when the client has closed its side in any way.
fn poll_discard<T: AsyncRead + Unpin>(io: &mut T, context: &mut Context<'_>) -> Poll<()> {
    let mut chunk = [0; 4096];
    loop {
        let mut into = ReadBuf::new(&mut chunk);
        match ready!(Pin::new(&mut *io).poll_read(context, &mut into)) {
            Ok(()) if !into.filled().is_empty() => {}
            _ => return Poll::Ready(()),
        }
    }
}

/// Finds where, at the very end of the output, an error without a body begins. Our errors have a body, so it does not
/// come from the application.
fn find_empty_error(bytes: &[u8]) -> Option<usize> {
    if !bytes.ends_with(END_OF_HEAD) {
        return None;
    }
    let tail = bytes.len().saturating_sub(LONGEST_HEAD);
    let start = tail + bytes[tail..].windows(7).rposition(|word| word == b"HTTP/1.")?;
    let is_empty = lines(&bytes[start..]).nth(1) == Some(b"content-length: 0");
    (is_empty && error_of(&bytes[start..]).is_some()).then_some(start)
}

fn lines(head: &[u8]) -> impl Iterator<Item = &[u8]> {
    head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Returns the error for the status, which comes after `HTTP/1.1 `.
fn error_of(head: &[u8]) -> Option<(ErrorName, &'static str)> {
    match head.get(9..12)? {
        b"400" => Some((ErrorName::InvalidArgument, "the request is not valid HTTP")),
        b"408" => Some((ErrorName::InvalidArgument, "the request took too long to arrive")),
        b"431" => Some((ErrorName::InvalidArgument, "the headers of the request are too large")),
        b"500" => Some((ErrorName::Internal, "the service failed")),
        _ => None,
    }
}

fn farewell(empty: &[u8]) -> Stage {
    let (name, description) = error_of(empty).unwrap_or((ErrorName::InvalidArgument, "the request is not valid HTTP"));
    let (error, error_code, _) = name.row();
    let body = ErrorBody { error, error_code, error_description: description.into() };
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let mut answer = Vec::with_capacity(2 * LONGEST_HEAD);
    for line in lines(empty).filter(|line| line.starts_with(b"HTTP/") || line.starts_with(b"date:")) {
        answer.extend_from_slice(line);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"content-type: application/json\r\nconnection: close\r\ncache-control: no-store\r\n");
    answer.extend_from_slice(
        format!("x-content-type-options: nosniff\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(),
    );
    answer.extend_from_slice(&body);
    Stage::Farewell { answer, written: 0, replaced: empty.len() }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const SILENCE: Duration = Duration::from_secs(200);
    const EMPTY: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n";
    const ANSWER: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}";

    #[test]
    fn only_the_last_words_of_the_protocol_are_replaced() {
        for (bytes, start) in [
            (EMPTY.to_owned(), Some(0)),
            (EMPTY.replace("1.1", "1.0").replace("400 Bad Request", "408 Request Timeout"), Some(0)),
            (format!("{ANSWER}{EMPTY}"), Some(ANSWER.len())),
            (format!("{EMPTY}{ANSWER}"), None),
            (ANSWER.to_owned(), None),
            (EMPTY.replace("400 Bad Request", "200 OK"), None),
            (EMPTY.replace("400 Bad Request", "404 Not Found"), None),
            (EMPTY.replace("length: 0", "length: 0000"), None),
            (format!("{{\"said\":\"HTTP/1.1 400\\r\\ncontent-length: 0\"}}{}", "\r\n\r\n"), None),
            ("\r\n\r\n".to_owned(), None),
            ("HTTP/1.\r\n\r\n".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(find_empty_error(bytes.as_bytes()), start, "{bytes}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_answer_before_it_stays_and_a_client_that_says_nothing_more_is_not_awaited_for_ever() {
        let (mut client, server) = duplex(64);
        let writing = tokio::spawn(async move {
            let mut server = PlainErrors::new(server, SILENCE);
            let written = server.write_all(format!("{ANSWER}{EMPTY}").as_bytes()).await;
            (written, server.write_all(ANSWER.as_bytes()).await)
        });
        let mut received = String::new();
        client.read_to_string(&mut received).await.expect("an orderly end");
        let last = received.strip_prefix(ANSWER).expect("both answers");
        let body = r#"{"error":"invalid_argument","error_code":3,"error_description":"the request is not valid HTTP"}"#;
        assert!(last.starts_with("HTTP/1.1 400 Bad Request\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"), "{last}");
        assert!(last.ends_with(&format!("\r\ncontent-length: {}\r\n\r\n{body}", body.len())), "{last}");
        let (written, after) = writing.await.expect("no panic");
        assert!(written.is_ok() && after.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_without_answers_ends() {
        let (mut client, server) = duplex(64);
        let mut server = PlainErrors::new(server, SILENCE);
        let mut byte = [0];
        for _ in 0..3 {
            tokio::time::sleep(SILENCE / 2).await;
            client.write_all(b"x").await.expect("open");
            assert_eq!(server.read(&mut byte).await.expect("open"), 1);
            server.write_all(b"y").await.expect("open");
        }
        let started = Instant::now();
        let drip = tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                tokio::time::sleep(SILENCE / 10).await;
            }
        });
        while server.read(&mut byte).await.expect("no error") == 1 {}
        assert!((SILENCE..SILENCE * 2).contains(&started.elapsed()), "{:?}", started.elapsed());
        drip.abort();
    }
}
