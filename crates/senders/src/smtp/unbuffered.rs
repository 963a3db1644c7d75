//! A connection that may be upgraded to TLS.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// The first byte of a TLS handshake (RFC 8446, 5.1). No SMTP command begins with it.
const HANDSHAKE: u8 = 22;

/// Hands over one byte at a time until TLS begins. lettre (0.11.23) keeps what it has read ahead when it upgrades to
/// TLS, so it would attribute to the server whatever an attacker on the network path injected after the answer to
/// STARTTLS. Bytes that are not read ahead become part of the handshake, and break it.
#[derive(Debug)]
pub(super) struct Unbuffered {
    stream: TcpStream,
    is_tls: bool,
}

impl Unbuffered {
    /// Connects to the first address of the host that answers within `per_address`.
    pub(super) async fn connect(host: &str, port: u16, per_address: Duration) -> io::Result<Self> {
        let mut failure = io::Error::other("the host has no address");
        for address in lookup_host((host, port)).await? {
            match timeout(per_address, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // lettre writes a message and the dot after it apart. The dot would wait until the server has
                    // acknowledged the message, which takes 40 ms where acknowledgements are delayed (RFC 9293, 3.7.4).
                    stream.set_nodelay(true)?;
                    return Ok(Self { stream, is_tls: false });
                }
                Ok(Err(error)) => failure = error,
                Err(_) => failure = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(failure)
    }
}

impl AsyncRead for Unbuffered {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_tls || into.remaining() == 0 {
            return Pin::new(&mut self.stream).poll_read(context, into);
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut one))?;
        into.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Unbuffered {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.is_tls |= bytes.first() == Some(&HANDSHAKE);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Unbuffered {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
