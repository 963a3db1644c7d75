//! Sign-ups while a webhook is told of them, in turns with sign-ups of which nobody is told.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::database::Database;
use crate::receiver::Receiver;
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

pub(crate) fn measure(
    server: &Server,
    database: &Database,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let receiver = Receiver::start(|_| 1)?;
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
