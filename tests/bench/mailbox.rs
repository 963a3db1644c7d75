//! A mail server that hangs as soon as certain recipients are named.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;

/// Mail to these hangs.
pub(crate) const HANGING: &str = "slow.example";
/// Longer than any mail may take that does not hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// When each recipient's mail came.
type Arrivals = Arc<(Mutex<HashMap<String, Instant>>, Condvar)>;

/// The server, with a thread for each connection.
pub(crate) struct Mailbox {
    pub(crate) address: SocketAddr,
    arrivals: Arrivals,
}

impl Mailbox {
    pub(crate) fn open() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, arrivals) = (listener.local_addr()?, Arrivals::default());
        let taken = Arc::clone(&arrivals);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let taken = Arc::clone(&taken);
                // A connection that breaks is the server's end.
                thread::spawn(move || drop(attend(&stream, &taken)));
            }
        });
        Ok(Self { address, arrivals })
    }

    /// Waits for the mail to this address, and returns when it came.
    pub(crate) fn arrival(&self, address: &str) -> Result<Instant, Failure> {
        let (arrivals, changed) = &*self.arrivals;
        let arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        let (arrivals, _) = changed
            .wait_timeout_while(arrivals, PATIENCE, |arrivals| !arrivals.contains_key(address))
            .unwrap_or_else(PoisonError::into_inner);
        arrivals.get(address).copied().ok_or_else(|| format!("no mail to {address}").into())
    }
}

/// Says yes to everything (RFC 5321), until a recipient is named that hangs.
fn attend(stream: &TcpStream, arrivals: &Arrivals) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    answers.write_all(b"220 bench\r\n")?;
    let (mut recipient, mut is_content) = (String::new(), false);
    for line in BufReader::new(stream).lines() {
        let line = line?;
        let answer: &[u8] = match line.split([' ', ':']).next().unwrap_or_default() {
            "." if is_content => {
                is_content = false;
                let now = Instant::now();
                arrivals.0.lock().unwrap_or_else(PoisonError::into_inner).insert(std::mem::take(&mut recipient), now);
                arrivals.1.notify_all();
                b"250 taken\r\n"
            }
            _ if is_content => continue,
            "RCPT" if line.contains(HANGING) => continue,
            "RCPT" => {
                let inside = line.split(['<', '>']).nth(1).unwrap_or_default();
                recipient = inside.to_owned();
                b"250 noted\r\n"
            }
            "DATA" => {
                is_content = true;
                b"354 go ahead\r\n"
            }
            _ => b"250 yes\r\n",
        };
        answers.write_all(answer)?;
    }
    Ok(())
}
