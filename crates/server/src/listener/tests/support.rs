//! What tests of connections share.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use auth_domain::origin::Network;
use auth_http::Connection as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

use super::super::connections::Connections;
use super::super::limits::ConnectionLimits;
use super::super::stream::CountedStream;

pub(super) const ONE: &str = "192.0.2.1";
pub(super) const ANOTHER: &str = "198.51.100.1";
pub(super) const PROXY: &str = "10.0.0.1";

pub(super) fn limits() -> ConnectionLimits {
    ConnectionLimits {
        connections: 1000,
        per_network: 1000,
        unfinished_per_network: 1000,
        memory: usize::MAX / 4,
        longest_request: 200_000,
        trusted_proxies: vec!["10.0.0.0/8".parse().expect("a network")],
    }
}

pub(super) fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

pub(super) fn network(text: &str) -> Option<Network> {
    Some(Network::of(address(text)))
}

/// A connection with its client's end.
pub(super) struct Opened {
    pub(super) client: DuplexStream,
    pub(super) server: CountedStream<DuplexStream>,
}

impl Opened {
    /// One that is taken in.
    pub(super) fn new(all: &Arc<Connections>, peer: &str) -> Self {
        Self::try_new(all, peer).expect("a place")
    }

    pub(super) fn try_new(all: &Arc<Connections>, peer: &str) -> Option<Self> {
        let (client, server) = duplex(1 << 20);
        let own = all.admit(address(peer), &Arc::default())?;
        Some(Self { client, server: CountedStream::new(server, all.clone(), own) })
    }

    pub(super) fn several(all: &Arc<Connections>, peer: &str, count: usize) -> Vec<Self> {
        (0..count).map(|_| Self::new(all, peer)).collect()
    }

    pub(super) async fn receives(&mut self, bytes: usize) {
        self.client.write_all(&vec![b'x'; bytes]).await.expect("an open connection");
        self.server.read_exact(&mut vec![0; bytes]).await.expect("an open connection");
    }

    /// The application has a request and makes an answer.
    pub(super) async fn answering(mut self) -> Self {
        self.receives(100).await;
        self.server.place().has_request();
        self
    }

    /// The application has made an answer, which is written.
    pub(super) async fn answers(&mut self, answer: &[u8]) {
        self.server.place().has_answer(0);
        self.server.write_all(answer).await.expect("it is written");
    }

    pub(super) async fn awaits_body(mut self, bytes: usize, of: Option<Network>) -> Self {
        self.receives(bytes).await;
        self.server.place().awaits_body(of);
        self
    }

    pub(super) fn gave_up(&self) -> bool {
        self.server.place().gave_up()
    }

    /// Whether reading fails before long, instead of waiting for the client.
    pub(super) async fn ends(&mut self) -> bool {
        let mut byte = [0];
        let read = tokio::time::timeout(Duration::from_secs(1), self.server.read(&mut byte)).await;
        read.is_ok_and(|read| read.is_err())
    }
}

/// Which of them have been chosen to be closed.
pub(super) fn closed(all: &[Opened]) -> Vec<usize> {
    let over = all.iter().enumerate().filter(|(_, one)| one.gave_up());
    over.map(|(index, _)| index).collect()
}

/// Ages differ by microseconds, which have to pass.
pub(super) async fn time_passes() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Long enough for connections without a request to count as idle.
pub(super) async fn a_moment_passes() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}
