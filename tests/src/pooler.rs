//! A pooler that hands the tests' database server's connections to one transaction after the other.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use tempfile::TempDir;

use crate::TestDatabase;
use crate::relay::{SOCKET, Stream, Upstream, through};

/// Stands between clients and a database, as pgbouncer does with `pool_mode = transaction`: a client has a connection
/// of the server until its transaction ends, and the next one gets what came back last. It ends when this is dropped.
///
/// It takes complete requests in turns and answers nothing by itself, so it knows neither COPY nor a cancellation.
#[derive(Debug)]
pub struct Pooler {
    folder: TempDir,
    url: String,
    has_ended: Arc<AtomicBool>,
}

/// Connections of the server that are in no transaction. There are as many connections as clients, so a client always
/// finds one.
type Idle = Arc<Mutex<Vec<Stream>>>;

impl Pooler {
    /// Begins to pool the connections of this database.
    ///
    /// # Panics
    /// If the system has no socket for it.
    #[must_use]
    pub fn to(database: &TestDatabase) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let listener = UnixListener::bind(folder.path().join(SOCKET)).expect("a socket");
        let place = folder.path().to_str().expect("a folder named in UTF-8");
        let (url, upstream) = through(database.url(), place);
        let has_ended = Arc::new(AtomicBool::new(false));
        let ending = Arc::clone(&has_ended);
        thread::spawn(move || accept(&listener, &upstream, &ending));
        Self { folder, url, has_ended }
    }

    /// The address of the database behind the pooler.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts; if this fails, the thread has ended.
        let _ = UnixStream::connect(self.folder.path().join(SOCKET));
    }
}

fn accept(listener: &UnixListener, upstream: &Upstream, has_ended: &AtomicBool) {
    let idle = Idle::default();
    for client in listener.incoming().flatten() {
        if has_ended.load(Ordering::SeqCst) {
            return;
        }
        let (server, idle) = (upstream.connect(), Arc::clone(&idle));
        // An error is the end of a connection, which both sides see.
        thread::spawn(move || serve(client, server, &idle));
    }
}

/// A message of the protocol (PostgreSQL's documentation, "Message Formats"): its kind, unless it is a client's first,
/// and the rest with its length.
struct Message {
    kind: Option<u8>,
    rest: Vec<u8>,
}

impl Message {
    fn first(from: &mut impl Read) -> io::Result<Self> {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let octets = usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?;
        let mut rest = length.to_vec();
        rest.resize(octets.max(length.len()), 0);
        from.read_exact(&mut rest[length.len()..])?;
        Ok(Self { kind: None, rest })
    }

    fn read(from: &mut impl Read) -> io::Result<Self> {
        let mut kind = [0];
        from.read_exact(&mut kind)?;
        Ok(Self { kind: Some(kind[0]), ..Self::first(from)? })
    }

    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let octets: Vec<u8> = self.kind.into_iter().chain(self.rest.iter().copied()).collect();
        to.write_all(&octets)
    }

    fn is(&self, kind: u8) -> bool {
        self.kind == Some(kind)
    }

    /// What follows the length.
    fn body(&self) -> &[u8] {
        self.rest.get(4..).unwrap_or_default()
    }

    /// Whether the server waits for the client's answer: it asks for a proof of who it is, and is not content yet.
    fn asks(&self) -> bool {
        const CONTENT: [[u8; 4]; 2] = [[0, 0, 0, 0], [0, 0, 0, 12]];
        self.is(b'R') && !CONTENT.iter().any(|content| self.body().starts_with(content))
    }
}

fn serve(mut client: UnixStream, mut server: Stream, idle: &Idle) -> io::Result<()> {
    Message::first(&mut client)?.write(&mut server)?;
    loop {
        let said = Message::read(&mut server)?;
        if said.is(b'Z') {
            put_back(server, idle);
            said.write(&mut client)?;
            break;
        }
        said.write(&mut client)?;
        if said.asks() {
            Message::read(&mut client)?.write(&mut server)?;
        }
    }
    let mut held = None;
    loop {
        let request = Message::read(&mut client)?;
        if request.is(b'X') {
            return Ok(());
        }
        let mut server = match held.take() {
            Some(server) => server,
            None => take(idle).ok_or_else(|| io::Error::other("more clients than connections"))?,
        };
        request.write(&mut server)?;
        if !request.is(b'Q') && !request.is(b'S') {
            held = Some(server);
            continue;
        }
        let end = answer(&mut server, &mut client)?;
        // Before the client knows, so that whatever it does next finds the connection.
        if end.body() == b"I" {
            put_back(server, idle);
        } else {
            held = Some(server);
        }
        end.write(&mut client)?;
    }
}

/// Passes on the answer but for its last message, which says whether a transaction is open, and returns that.
fn answer(server: &mut Stream, client: &mut UnixStream) -> io::Result<Message> {
    loop {
        let said = Message::read(server)?;
        if said.is(b'Z') {
            return Ok(said);
        }
        said.write(client)?;
    }
}

fn put_back(server: Stream, idle: &Idle) {
    idle.lock().unwrap_or_else(PoisonError::into_inner).push(server);
}

fn take(idle: &Idle) -> Option<Stream> {
    idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
}
