//! Somebody who takes whatever is posted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::Failure;

/// How many things a body hands over.
pub(crate) type Counted = fn(&[u8]) -> u64;

/// The receiver, with a thread for each connection.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    taken: Arc<AtomicU64>,
}

impl Receiver {
    pub(crate) fn start(counted: Counted) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, taken) = (listener.local_addr()?, Arc::new(AtomicU64::new(0)));
        let counter = Arc::clone(&taken);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counter = Arc::clone(&counter);
                // A connection that breaks is the server's end.
                thread::spawn(move || drop(take(stream, &counter, counted)));
            }
        });
        Ok(Self { address, taken })
    }

    /// How many things were handed over so far.
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

fn take(stream: TcpStream, taken: &AtomicU64, counted: Counted) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    let mut requests = BufReader::new(stream);
    let (mut line, mut body) = (String::new(), Vec::new());
    loop {
        let mut length = 0;
        loop {
            line.clear();
            if requests.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        body.resize(length, 0);
        requests.read_exact(&mut body)?;
        taken.fetch_add(counted(&body), Ordering::Relaxed);
        answers.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    }
}
