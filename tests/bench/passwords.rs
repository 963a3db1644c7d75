//! Sign-ups and sign-ins with a password, and the latency of other requests meanwhile.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::json;

use crate::Failure;
use crate::database::{Database, phone_number, token, username};
use crate::load::{Latencies, drive, get, post, probe};
use crate::report::{Report, mean, range};
use crate::server::Server;
use crate::sign_ups;

/// The password of every user that [`Database::insert_users`] inserts.
pub(crate) const PASSWORD: &str = "correct horse of the bench";
const SALT: &[u8; 16] = b"sixteen octets..";

/// The server and Argon2id alone take turns, because a machine that others use, too, changes its pace within seconds.
const TURNS: u64 = 8;
const SPAN: Duration = Duration::from_secs(2);
/// Calls per turn, which take about as long as Argon2id's turn.
const CALLS: u64 = 250;
/// Calls while the latency of others is measured.
const BUSY: u64 = 1_000;
const SIGN_INS: u64 = 1_000;
const BAR: f64 = 0.95;
const CLIENTS: usize = 8;
const FIRST: u64 = 5_000_000;
const FIRST_PROBE: u64 = 6_000_000;
const PROBES: u64 = 2_000;

/// Measures the throughput alone, then once more while others call, for their latencies.
pub(crate) fn measure_sign_ups(server: &Server, database: &Database, report: &mut Report) -> Result<(), Failure> {
    let busy = FIRST + TURNS * CALLS..FIRST + TURNS * CALLS + BUSY;
    database.insert_proofs(FIRST..busy.end)?;
    database.insert_proofs(FIRST_PROBE..FIRST_PROBE + PROBES)?;
    let turn = |turn: u64| {
        let first = FIRST + turn * CALLS;
        drive(server.address, CLIENTS, first..first + CALLS, sign_up)
    };
    report_share("sign-up with password", turn, report)?;
    let (healthy, others) = meanwhile(server, || drive(server.address, CLIENTS, busy, sign_up))?;
    let what = |what: &str, count: usize| format!("  meanwhile {what}, p99 of {count}");
    report.at_most(&what("/healthz", healthy.len()), healthy.quantile(0.99), 100.0, "ms");
    report.at_most(&what("sign-up without password", others.len()), others.quantile(0.99), 100.0, "ms");
    report.note("resident memory after these", format!("{:.1} MiB", server.resident_mebibytes()?));
    Ok(())
}

/// Sign-ins per second, of `stride` apart among the users `0..users`.
pub(crate) fn sign_in_rate(server: &Server, users: u64, stride: u64) -> Result<(f64, Latencies), Failure> {
    drive(server.address, CLIENTS, 0..SIGN_INS, |number| sign_in(number * stride % users))
}

pub(crate) fn measure_sign_ins(server: &Server, users: u64, report: &mut Report) -> Result<(), Failure> {
    let turn = |turn: u64| {
        let first = turn * CALLS;
        drive(server.address, CLIENTS, first..first + CALLS, |number| sign_in(number % users))
    };
    report_share("sign-in with password", turn, report)
}

fn report_share(
    what: &str,
    turn: impl Fn(u64) -> Result<(f64, Latencies), Failure>,
    report: &mut Report,
) -> Result<(), Failure> {
    let (mut served, mut alone, mut slowest) = (Vec::new(), Vec::new(), 0.0_f64);
    for number in 0..TURNS {
        alone.push(hashes_a_second());
        let (rate, latencies) = turn(number)?;
        served.push(rate);
        slowest = slowest.max(latencies.quantile(0.99));
    }
    report.share(&format!("{what} (Argon2id on all cores)"), mean(&served), mean(&alone), BAR, "/s");
    report.note(&format!("  of {TURNS} turns each"), format!("{}, Argon2id {}", range(&served), range(&alone)));
    report.note("  latency of these, p99 of the slowest turn", format!("{slowest:.0} ms"));
    Ok(())
}

/// The latencies of `/healthz` and of sign-ups without a password while `work` runs.
fn meanwhile<T>(server: &Server, work: impl FnOnce() -> Result<T, Failure>) -> Result<(Latencies, Latencies), Failure> {
    let (done, next) = (&AtomicBool::new(false), &AtomicU64::new(FIRST_PROBE));
    thread::scope(|scope| {
        let health = scope.spawn(move || probe(server.address, Duration::from_millis(10), done, || get("/healthz")));
        let sign_up = move || sign_ups::request(next.fetch_add(1, Ordering::Relaxed));
        let others = scope.spawn(move || probe(server.address, Duration::from_millis(20), done, sign_up));
        let worked = work();
        done.store(true, Ordering::Relaxed);
        let (healthy, others) = (health.join(), others.join());
        worked?;
        Ok((healthy.map_err(|_| "a probe panicked")??, others.map_err(|_| "a probe panicked")??))
    })
}

fn sign_up(number: u64) -> Vec<u8> {
    let password = format!("correct horse {number}");
    let body =
        json!({ "phone_number": phone_number(number), "verification_token": token(number), "password": password });
    post("/auth/v1/signup", &body.to_string())
}

pub(crate) fn sign_in(number: u64) -> Vec<u8> {
    post("/auth/v1/signin", &json!({ "username": username(number), "password": PASSWORD }).to_string())
}

/// The cost of the defaults: 19456 KiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19_456, 2, 1, None).expect("valid"))
}

/// The hash of [`PASSWORD`], as it is stored.
pub(crate) fn stored_hash() -> String {
    let mut hash = [0; 32];
    argon2().hash_password_into(PASSWORD.as_bytes(), SALT, &mut hash).expect("valid");
    let (salt, hash) = (STANDARD_NO_PAD.encode(SALT), STANDARD_NO_PAD.encode(hash));
    format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${hash}")
}

/// Hashes per second on all cores, with nothing else to do.
pub(crate) fn hashes_a_second() -> f64 {
    let argon2 = argon2();
    let count = AtomicU64::new(0);
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while started.elapsed() < SPAN {
                    let mut hash = [0; 32];
                    argon2.hash_password_into(b"correct horse", SALT, &mut hash).expect("valid");
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    count.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}
