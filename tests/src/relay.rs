//! A relay to the tests' database server that can swallow what passes through it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use tempfile::TempDir;
use url::form_urlencoded;

use crate::TestDatabase;

/// The name of the socket in its folder, as libpq makes it out of the default port.
pub(crate) const SOCKET: &str = ".s.PGSQL.5432";

/// Stands between a client and a database. It stops relaying when this is dropped.
#[derive(Debug)]
pub struct Relay {
    folder: TempDir,
    url: String,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How many connections there were so far.
    connections: AtomicUsize,
    /// Connections up to this number are swallowed.
    swallowed: AtomicUsize,
    /// Whether new connections are taken and never answered.
    is_mute: AtomicBool,
    /// Whether the next answer is lost, and its connection with it.
    loses_an_answer: AtomicBool,
    has_ended: AtomicBool,
}

impl Relay {
    /// Begins to relay to this database.
    ///
    /// # Panics
    /// If the system has no socket for it.
    #[must_use]
    pub fn to(database: &TestDatabase) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join(SOCKET)).expect("a socket");
        let state = Arc::new(State::default());
        let place = folder.path().to_str().expect("a folder named in UTF-8");
        let (url, upstream) = through(database.url(), place);
        let relaying = Arc::clone(&state);
        thread::spawn(move || relay(&listener, &upstream, &relaying));
        Self { folder, url, state }
    }

    /// The address of the database behind the relay.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on nothing passes on the connections that are open, and nobody is told so.
    pub fn swallow(&self) {
        let connections = self.state.connections.load(Ordering::SeqCst);
        self.state.swallowed.store(connections, Ordering::SeqCst);
    }

    /// The next answer of the server does not arrive, and its connection ends.
    pub fn lose_an_answer(&self) {
        self.state.loses_an_answer.store(true, Ordering::SeqCst);
    }

    /// Whether new connections are taken and never answered.
    pub fn be_mute(&self, is_mute: bool) {
        self.state.is_mute.store(is_mute, Ordering::SeqCst);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.state.has_ended.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts; if this fails, the thread has ended.
        let _ = UnixStream::connect(self.folder.path().join(SOCKET));
    }
}

fn relay(listener: &UnixListener, upstream: &Upstream, state: &Arc<State>) {
    for client in listener.incoming().flatten() {
        if state.has_ended.load(Ordering::SeqCst) {
            return;
        }
        let number = state.connections.fetch_add(1, Ordering::SeqCst) + 1;
        if state.is_mute.load(Ordering::SeqCst) {
            thread::spawn(move || swallow_everything(client));
        } else {
            let (client, server) = (Stream::Unix(client), upstream.connect());
            let (back, forth) = (client.copy(), server.copy());
            let [one, other] = [Arc::clone(state), Arc::clone(state)];
            thread::spawn(move || pass(client, server, || one.passes(number)));
            thread::spawn(move || pass(forth, back, || other.answers(number)));
        }
    }
}

fn swallow_everything(mut client: UnixStream) {
    let mut buffer = [0; 1024];
    while client.read(&mut buffer).is_ok_and(|read| read > 0) {}
}

/// What becomes of what was read.
enum Passing {
    On,
    Nowhere,
    /// The connection ends.
    End,
}

impl State {
    fn passes(&self, connection: usize) -> Passing {
        if connection <= self.swallowed.load(Ordering::SeqCst) { Passing::Nowhere } else { Passing::On }
    }

    fn answers(&self, connection: usize) -> Passing {
        if self.loses_an_answer.swap(false, Ordering::SeqCst) { Passing::End } else { self.passes(connection) }
    }
}

/// Passes on what comes, until either side closes.
fn pass(mut from: Stream, mut to: Stream, passing: impl Fn() -> Passing) {
    let mut buffer = [0; 16384];
    loop {
        let read = from.read(&mut buffer).unwrap_or(0);
        if read == 0 {
            break;
        }
        match passing() {
            Passing::On if to.write_all(&buffer[..read]).is_err() => break,
            Passing::On | Passing::Nowhere => {}
            Passing::End => break,
        }
    }
    from.shutdown();
    to.shutdown();
}

#[derive(Debug)]
pub(crate) enum Upstream {
    /// The path of a socket.
    Unix(String),
    /// A host and a port.
    Tcp(String),
}

/// Either kind of connection.
pub(crate) enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Upstream {
    pub(crate) fn connect(&self) -> Stream {
        match self {
            Self::Unix(path) => Stream::Unix(UnixStream::connect(path).expect("the server listens")),
            Self::Tcp(address) => Stream::Tcp(TcpStream::connect(address).expect("the server listens")),
        }
    }
}

impl Stream {
    fn copy(&self) -> Self {
        match self {
            Self::Unix(stream) => Self::Unix(stream.try_clone().expect("a copy")),
            Self::Tcp(stream) => Self::Tcp(stream.try_clone().expect("a copy")),
        }
    }

    fn shutdown(&self) {
        // The other thread of the connection may have done it.
        let _ = match self {
            Self::Unix(stream) => stream.shutdown(Shutdown::Both),
            Self::Tcp(stream) => stream.shutdown(Shutdown::Both),
        };
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.read(buffer),
            Self::Tcp(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.write(bytes),
            Self::Tcp(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The address of the same database by way of a socket in `folder`, and what the socket leads to.
pub(crate) fn through(url: &str, folder: &str) -> (String, Upstream) {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (_, rest) = address.split_once("://").expect("an address with a scheme");
    let (authority, name) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let socket = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "host");
    let upstream = match socket {
        Some((_, socket)) => Upstream::Unix(format!("{socket}/{SOCKET}")),
        None if host.contains(':') => Upstream::Tcp(host.to_owned()),
        None => Upstream::Tcp(format!("{host}:5432")),
    };
    let folder: String = form_urlencoded::byte_serialize(folder.as_bytes()).collect();
    (format!("postgresql://{user}@/{name}?host={folder}"), upstream)
}
