//! Sign-ups with a password, and everybody else meanwhile.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
use serde_json::json;

use crate::Failure;
use crate::database::{Database, phone_number, token};
use crate::load::{drive, get, post, probe};
use crate::report::Report;
use crate::server::Server;
use crate::sign_ups;

const SPAN: Duration = Duration::from_secs(5);
/// How long the measured sign-ups take, if all goes well.
const SERVED_SECONDS: f64 = 10.0;
const CLIENTS: usize = 8;
const FIRST: u64 = 5_000_000;
const FIRST_PROBE: u64 = 6_000_000;
const PROBES: u64 = 2_000;

pub(crate) fn measure(server: &Server, database: &Database, report: &mut Report) -> Result<(), Failure> {
    let before = hashes_a_second();
    let count = (before * SERVED_SECONDS) as u64;
    database.insert_proofs(FIRST..FIRST + count)?;
    database.insert_proofs(FIRST_PROBE..FIRST_PROBE + PROBES)?;
    let (done, next) = (&AtomicBool::new(false), &AtomicU64::new(FIRST_PROBE));
    let (served, healthy, others) = thread::scope(|scope| {
        let health = scope.spawn(move || probe(server.address, Duration::from_millis(10), done, || get("/healthz")));
        let sign_up = move || sign_ups::request(next.fetch_add(1, Ordering::Relaxed));
        let others = scope.spawn(move || probe(server.address, Duration::from_millis(20), done, sign_up));
        let served = drive(server.address, CLIENTS, FIRST..FIRST + count, request);
        done.store(true, Ordering::Relaxed);
        (served, health.join(), others.join())
    });
    let ((rate, latencies), after) = (served?, hashes_a_second());
    let (healthy, others) = (healthy.map_err(|_| "a probe panicked")??, others.map_err(|_| "a probe panicked")??);

    report.share("sign-up with password (Argon2id on all cores)", rate, (before + after) / 2.0, 0.9, "/s");
    report.note("  Argon2id before and after", format!("{before:.0} /s, {after:.0} /s"));
    report.note("  latency of these sign-ups, p99", format!("{:.0} ms", latencies.quantile(0.99)));
    let meanwhile = |what: &str, count: usize| format!("  meanwhile {what}, p99 of {count}");
    report.at_most(&meanwhile("/healthz", healthy.len()), healthy.quantile(0.99), 100.0, "ms");
    report.at_most(&meanwhile("sign-up without password", others.len()), others.quantile(0.99), 100.0, "ms");
    report.note("resident memory after these", format!("{:.1} MiB", server.resident_mebibytes()?));
    Ok(())
}

fn request(number: u64) -> Vec<u8> {
    let password = format!("correct horse {number}");
    let body =
        json!({ "phone_number": phone_number(number), "verification_token": token(number), "password": password });
    post("/auth/v1/signup", &body.to_string())
}

/// The cost of the defaults: 19456 KiB, two passes, one lane; on every core.
fn hashes_a_second() -> f64 {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19_456, 2, 1, None).expect("valid"));
    let count = AtomicU64::new(0);
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while started.elapsed() < SPAN {
                    let mut hash = [0; 32];
                    argon2.hash_password_into(b"correct horse", b"sixteen octets..", &mut hash).expect("valid");
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    count.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}
