//! An end without lost newcomers.
//!
//! Whoever is connected when a listener is closed, and has not been accepted, is reset by the system, perhaps after the
//! request has been sent, and proxies do not send a `POST` again after that. So those who only begin to connect are
//! ignored first: the system tries again after a second, is refused then, and a proxy goes on to the next server. Those
//! who have begun are accepted meanwhile.

use std::net::TcpListener;
use std::time::Duration;

/// How long whoever has begun to connect may take until the connection is accepted.
const ON_THE_WAY: Duration = Duration::from_millis(100);

/// Lets the listeners accept whoever is on the way, and nobody else. They must be closed after that.
pub(crate) async fn accept_the_last(listeners: &[TcpListener]) {
    for listener in listeners {
        if let Err(error) = ignore_newcomers(listener) {
            tracing::warn!(%error, "server.newcomers_may_be_reset");
        }
    }
    tokio::time::sleep(ON_THE_WAY).await;
}

/// Makes the system drop the first packet of each new connection (SYN without ACK, RFC 9293, 3.5), by a program of the
/// classic packet filter that reads from the beginning of the TCP header.
#[cfg(target_os = "linux")]
fn ignore_newcomers(listener: &TcpListener) -> std::io::Result<()> {
    use socket2::{SockFilter, SockRef};

    const LOAD_BYTE: u16 = 0x30;
    const AND: u16 = 0x54;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    const ACK: u32 = 0x10;
    SockRef::from(listener).attach_filter(&[
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS),
        SockFilter::new(AND, 0, 0, SYN | ACK),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ])
}

/// Other systems have no such filter.
#[cfg(not(target_os = "linux"))]
fn ignore_newcomers(_: &TcpListener) -> std::io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::ErrorKind;
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn whoever_has_connected_is_accepted_and_nobody_comes_after_that() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let _early = TcpStream::connect(address).unwrap();
        ignore_newcomers(&listener).unwrap();
        let late = TcpStream::connect_timeout(&address, Duration::from_millis(50)).unwrap_err();
        assert_eq!(late.kind(), ErrorKind::TimedOut, "neither accepted nor refused");
        assert!(listener.accept().is_ok());
        drop(listener);
        assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }
}
