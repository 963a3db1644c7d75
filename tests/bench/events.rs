//! Sign-ups while a webhook is told of them, in turns with sign-ups of which nobody is told.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::database::Database;
use crate::report::{Report, mean, range};
use crate::server::Server;
use crate::sign_ups::{SIGN_UPS, rate};

/// Where the numbers of the first turn begin.
const FIRST: u64 = 20_000_000;
const TURNS: u64 = 3;
/// Of the rate without a subscriber.
const BAR: f64 = 0.85;
/// Events that must arrive meanwhile, per second.
const DELIVERY_BAR: f64 = 200.0;
/// Longer than the events of one turn take.
const PATIENCE: Duration = Duration::from_secs(300);

/// Takes whatever is posted to it, with a thread for each connection.
struct Receiver {
    address: SocketAddr,
    taken: Arc<AtomicU64>,
}

impl Receiver {
    fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, taken) = (listener.local_addr()?, Arc::new(AtomicU64::new(0)));
        let counter = Arc::clone(&taken);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counter = Arc::clone(&counter);
                // A connection that breaks is the server's end.
                thread::spawn(move || drop(take(stream, &counter)));
            }
        });
        Ok(Self { address, taken })
    }

    fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

fn take(stream: TcpStream, taken: &AtomicU64) -> std::io::Result<()> {
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
        taken.fetch_add(1, Ordering::Relaxed);
        answers.write_all(b"HTTP/1.1 204 No Content\r\n\r\n")?;
    }
}

pub(crate) fn measure(
    server: &Server,
    database: &Database,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let receiver = Receiver::start()?;
    let folder = folder.join("telling");
    fs::create_dir(&folder)?;
    let webhook = [
        ("AUTH__WEBHOOKS__BENCH__URL", format!("http://{}/events", receiver.address)),
        ("AUTH__WEBHOOKS__BENCH__SECRETS", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()),
    ];
    let telling = Server::start_with(binary, &folder, &database.url(), &webhook)?;
    let (mut silent, mut told, mut delivered) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..TURNS {
        let first = FIRST + 2 * turn * SIGN_UPS;
        database.insert_proofs(first..first + 2 * SIGN_UPS)?;
        silent.push(rate(server, first)?.0);
        let (began, before) = (Instant::now(), receiver.taken());
        told.push(rate(&telling, first + SIGN_UPS)?.0);
        delivered.push((receiver.taken() - before) as f64 / began.elapsed().as_secs_f64());
        drained(database)?;
    }
    telling.stop()?;
    let sign_ups = TURNS * SIGN_UPS;
    report.share("sign-up, one webhook is told (nobody is)", mean(&told), mean(&silent), BAR, "/s");
    report.note("  with and without it, slowest to fastest turn", format!("{}, {}", range(&told), range(&silent)));
    let arrived = format!("{:.0} /s, {} of {sign_ups}", mean(&delivered), receiver.taken());
    let fast = mean(&delivered) >= DELIVERY_BAR && receiver.taken() == sign_ups;
    report.holds("events delivered meanwhile, and in the end", arrived, ">= 200 /s, each once", fast);
    Ok(())
}

/// What is still on its way must not slow down the next turn.
fn drained(database: &Database) -> Result<(), Failure> {
    let began = Instant::now();
    while database.run("SELECT count(*) FROM outbox")?.as_deref() != Some("0") {
        if began.elapsed() > PATIENCE {
            return Err("events do not arrive".into());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
