//! Passwords at four and at ten times the rate at which they can be hashed, all from one network, and what others of this
//! network notice who have none.
//!
//! It is measured as the service is shipped, with hashing threads that give way to everything else; and for comparison with
//! threads of the same priority, and with those on one processor less. Only the first has bars.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::Failure;
use crate::database::Database;
use crate::load::{Latencies, at_rate, probe};
use crate::passwords::{hashes_a_second, sign_in, stored_hash};
use crate::report::Report;
use crate::server::Server;
use crate::sign_ups;

const USERS: u64 = 1_000;
const SPAN: Duration = Duration::from_secs(8);
/// How long others wait between two calls.
const PAUSE: Duration = Duration::from_millis(5);
/// The first sign-up of others, and more of them than there are.
const FIRST: u64 = 7_000_000;
const PROBES: u64 = 6_000;
/// The bar of the slowest hundredth of the others, as a multiple of what it is without passwords.
const SLOWER: f64 = 2.0;
const BAR: f64 = 0.9;

/// A way in which hashing may be kept from delaying others.
struct Way {
    name: &'static str,
    settings: Vec<(&'static str, String)>,
    is_shipped: bool,
}

fn ways() -> [Way; 3] {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let fewer = ("AUTH__PASSWORDS__MAX_CONCURRENT", cores.saturating_sub(1).max(1).to_string());
    let same = || ("AUTH__PASSWORDS__NICENESS", "0".to_owned());
    [
        Way { name: "hashing gives way", settings: vec![], is_shipped: true },
        Way { name: "hashing has the same priority", settings: vec![same()], is_shipped: false },
        Way { name: "the same on one processor less", settings: vec![same(), fewer], is_shipped: false },
    ]
}

/// What happened while passwords came at a multiple of what can be hashed.
struct Overloaded {
    accepted: f64,
    possible: f64,
    refused: Latencies,
    others: Latencies,
}

pub(crate) fn measure(binary: &Path, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    for (number, way) in ways().iter().enumerate() {
        let folder = folder.join(format!("overload-{number}"));
        fs::create_dir(&folder)?;
        let database = Database::start(&folder)?;
        let server = Server::start_with(binary, &folder, &database.url(), &way.settings)?;
        database.insert_users(0..USERS, &stored_hash())?;
        database.insert_proofs(FIRST..FIRST + PROBES)?;
        let next = AtomicU64::new(FIRST);
        let ((), idle) = others(&server, &next, || {
            thread::sleep(SPAN);
            Ok(())
        })?;
        let idle = idle.quantile(0.99);
        for times in [4.0, 10.0] {
            tell(way, times, &overload(&server, &next, times)?, idle, report);
        }
        server.stop()?;
    }
    Ok(())
}

fn overload(server: &Server, next: &AtomicU64, times: f64) -> Result<Overloaded, Failure> {
    let before = hashes_a_second();
    let passwords = || at_rate(server.address, before * times, SPAN, |number| sign_in(number % USERS));
    let (answered, others) = others(server, next, passwords)?;
    let possible = (before + hashes_a_second()) / 2.0;
    if let Some(other) = answered.iter().find(|answered| ![200, 503].contains(&answered.status)) {
        return Err(format!("a sign-in was answered {}", other.status).into());
    }
    let in_time = answered.iter().filter(|answered| answered.status == 200 && answered.at <= SPAN).count();
    let refused = answered.iter().filter(|answered| answered.status == 503).map(|answered| answered.latency);
    let refused = Latencies::of(refused.collect());
    Ok(Overloaded { accepted: in_time as f64 / SPAN.as_secs_f64(), possible, refused, others })
}

/// The latencies of sign-ups without a password while something is done.
fn others<T>(
    server: &Server,
    next: &AtomicU64,
    work: impl FnOnce() -> Result<T, Failure>,
) -> Result<(T, Latencies), Failure> {
    let done = &AtomicBool::new(false);
    thread::scope(|scope| {
        let sign_up = move || sign_ups::request(next.fetch_add(1, Ordering::Relaxed));
        let others = scope.spawn(move || probe(server.address, PAUSE, done, sign_up));
        let worked = work();
        done.store(true, Ordering::Relaxed);
        let others = others.join().map_err(|_| "a probe panicked")??;
        Ok((worked?, others))
    })
}

fn tell(way: &Way, times: f64, measured: &Overloaded, idle: f64, report: &mut Report) {
    let Overloaded { accepted, possible, refused, others } = measured;
    let what = format!("{times} times as many passwords as can be hashed, {}", way.name);
    let slower = others.quantile(0.99) / idle;
    let share = accepted / possible;
    if way.is_shipped {
        report.at_most(&format!("{what}: p99 of others, idle is 1"), slower, SLOWER, "");
        report.share(&format!("{what}: accepted (Argon2id on all cores)"), *accepted, *possible, BAR, "/s");
    } else {
        report.note(&format!("{what}: p99 of others, idle is 1"), format!("{slower:.1}"));
        report.note(&format!("{what}: accepted, Argon2id on all cores is 1"), format!("{share:.2}"));
    }
    let p99 = others.quantile(0.99);
    report.note("  p99 of others, idle", format!("{p99:.1} ms, {idle:.1} ms, of {}", others.len()));
    let [half, most] = [0.5, 0.99].map(|share| refused.quantile(share));
    report.note("  refused: p50, p99", format!("{half:.1} ms, {most:.1} ms, of {}", refused.len()));
}
