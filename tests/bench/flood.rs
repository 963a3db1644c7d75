//! A flood of passwords from one network, and what others notice who sign in meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Failure;
use crate::database::{Database, username};
use crate::load::{Client, Latencies, flood, post_from};
use crate::passwords::{PASSWORD, stored_hash};
use crate::report::Report;
use crate::server::Server;

/// Connections of the network that floods. Each sends one wrong password after the other. A refused one may be closed,
/// because its body is not read; then it is opened again.
const FLOODING: u64 = 300;
/// Other people, each in a network of their own.
const OTHERS: u64 = 20;
const SPAN: Duration = Duration::from_secs(20);
/// How often each of them signs in.
const EVERY: Duration = Duration::from_secs(1);
/// The bar of the slowest hundredth of their sign-ins, in milliseconds.
const SLOWEST: f64 = 2_000.0;

/// How often each status was answered.
type Statuses = BTreeMap<u16, u64>;

/// Once with the limits, which turn most of the flood away before it reaches the hasher, and once without them, so that
/// only the queue is fair.
pub(crate) fn measure(binary: &Path, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    for limits in [true, false] {
        let folder = folder.join(format!("flood-{limits}"));
        fs::create_dir(&folder)?;
        let database = Database::start(&folder)?;
        let more =
            [("AUTH__LIMITS__ENABLED", limits.to_string()), ("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1".to_owned())];
        let server = Server::start_with(binary, &folder, &database.url(), &more)?;
        database.insert_users(0..FLOODING + OTHERS, &stored_hash())?;
        let (flood, refused, latencies) = run(server.address)?;
        let what = format!("sign-ins of {OTHERS} others during a flood, limits {}", if limits { "on" } else { "off" });
        report.at_most(&format!("{what}, p99 of {}", latencies.len()), latencies.quantile(0.99), SLOWEST, "ms");
        report.holds(&format!("{what}, refused"), refused.to_string(), "0", refused == 0);
        report.note("  answers to the flood by status, 0 where it was closed", format!("{flood:?}"));
        server.stop()?;
    }
    Ok(())
}

fn run(address: SocketAddr) -> Result<(Statuses, usize, Latencies), Failure> {
    let done = &AtomicBool::new(false);
    thread::scope(|scope| {
        let wrong = |number| sign_in(number, "a wrong password", "203.0.113.66");
        let flood = scope.spawn(move || flood(address, FLOODING as usize, wrong, done));
        let others: Vec<_> = (0..OTHERS).map(|number| scope.spawn(move || others(address, number, done))).collect();
        thread::sleep(SPAN);
        done.store(true, Ordering::Relaxed);
        let statuses = flood.join().map_err(|_| "the flood panicked")??;
        let (mut refused, mut latencies) = (0, Vec::new());
        for one in others {
            for (status, latency) in one.join().map_err(|_| "a connection panicked")?? {
                refused += usize::from(status != 200);
                latencies.push(latency);
            }
        }
        Ok((statuses, refused, Latencies::of(latencies)))
    })
}

fn others(address: SocketAddr, number: u64, done: &AtomicBool) -> Result<Vec<(u16, Duration)>, Failure> {
    let (mut client, mut answers) = (Client::open(address)?, Vec::new());
    let request = sign_in(FLOODING + number, PASSWORD, &format!("198.51.{number}.1"));
    thread::sleep(EVERY * u32::try_from(number)? / u32::try_from(OTHERS)?);
    while !done.load(Ordering::Relaxed) {
        let started = Instant::now();
        answers.push((client.call(&request)?, started.elapsed()));
        thread::sleep(EVERY.saturating_sub(started.elapsed()));
    }
    Ok(answers)
}

fn sign_in(number: u64, password: &str, network: &str) -> Vec<u8> {
    let body = json!({ "username": username(number), "password": password }).to_string();
    post_from(network, "/auth/v1/signin", &body)
}
