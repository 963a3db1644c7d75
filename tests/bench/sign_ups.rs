//! Sign-ups by phone number without a password: throughput, and races.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::Failure;
use crate::ceilings::Ceilings;
use crate::database::{Database, phone_number, token};
use crate::load::{Client, Latencies, called, drive, post};
use crate::pgbench::SIGN_UP;
use crate::report::Report;
use crate::server::Server;

/// The number of sign-ups that the bar on memory names.
pub(crate) const SIGN_UPS: u64 = 10_000;
/// The number of connections to the database: the default of `database.pool_size` on this machine.
pub(crate) fn pool_size() -> u64 {
    (2 * thread::available_parallelism().map_or(1, usize::from) as u64).max(8)
}
/// Enough connections that the pool never waits for requests.
pub(crate) const CLIENTS_A_CONNECTION: u64 = 4;
/// The bar of the last call of a sign-up, as a share of pgbench's three inserts.
const BAR: f64 = 0.75;
const RACERS: u64 = 100;
const RACES: u64 = 10;

/// Where the numbers of each measurement begin.
const WARM_UP: u64 = 1;
const SERVED: u64 = 1_000_000;
const BENCHED: [u64; 2] = [2_000_000, 3_000_000];
const RACED: u64 = 4_000_000;

pub(crate) fn request(number: u64) -> Vec<u8> {
    request_of(&phone_number(number), &token(number))
}

fn request_of(phone_number: &str, token: &str) -> Vec<u8> {
    let body = json!({ "phone_number": phone_number, "verification_token": token });
    post("/auth/v1/signup", &body.to_string())
}

/// Sign-ups per second, with proofs `first .. first + 10 000`.
pub(crate) fn rate(server: &Server, first: u64) -> Result<(f64, Latencies), Failure> {
    let clients = (pool_size() * CLIENTS_A_CONNECTION) as usize;
    drive(server.address, clients, first..first + SIGN_UPS, request)
}

pub(crate) fn measure(server: &Server, database: &Database, report: &mut Report) -> Result<(), Failure> {
    let (pool, each) = (pool_size(), SIGN_UPS / 2 / pool_size());
    database.insert_proofs(WARM_UP..WARM_UP + 200)?;
    database.insert_proofs(SERVED..SERVED + SIGN_UPS)?;
    for first in BENCHED {
        database.insert_proofs(first..first + pool * each + 1)?;
    }
    let ceilings = Ceilings::prepare(database, pool)?;
    drive(server.address, pool as usize, WARM_UP..WARM_UP + 199, request)?;
    SIGN_UP.check(database, || called(server.address, &request(WARM_UP + 199)))?;

    let benched = |first| -> Result<(f64, f64), Failure> {
        let busy = database.processor_seconds();
        let rate = SIGN_UP.run(database, first, pool, each)?;
        Ok((rate, micros_each(database.processor_seconds() - busy, pool * each)))
    };
    let (before, _) = benched(BENCHED[0])?;
    let three_before = ceilings.sign_ups(each)?;
    let busy = (server.processor_seconds()?, database.processor_seconds());
    let (rate, latencies) = rate(server, SERVED)?;
    let server_each = micros_each(server.processor_seconds()? - busy.0, SIGN_UPS);
    let database_each = micros_each(database.processor_seconds() - busy.1, SIGN_UPS);
    let memory = server.resident_mebibytes()?;
    let three_after = ceilings.sign_ups(each)?;
    let (after, benched_each) = benched(BENCHED[1])?;

    let what = "last call of a sign-up (pgbench, three inserts in a transaction)";
    report.share(what, rate, (three_before + three_after) / 2.0, BAR, "/s");
    report.note("  pgbench before and after", format!("{three_before:.0} /s, {three_after:.0} /s"));
    let at_once = ceilings.sign_ups_at_once(each)?;
    report.note("  pgbench, the same inserts in one statement", format!("{at_once:.0} /s"));
    let what = format!("sign-up without password, {pool} database connections (pgbench, our statements)");
    report.share(&what, rate, (before + after) / 2.0, 0.5, "/s");
    report.note("  pgbench before and after", format!("{before:.0} /s, {after:.0} /s"));
    report.note("  processor time each: server", format!("{server_each:.0} us"));
    report.note(
        "  processor time each: PostgreSQL (under pgbench)",
        format!("{database_each:.0} us ({benched_each:.0} us)"),
    );
    report.note("  latency of these sign-ups, p50", format!("{:.1} ms", latencies.quantile(0.5)));
    report.note("  latency of these sign-ups, p99", format!("{:.1} ms", latencies.quantile(0.99)));
    report.at_most("resident memory after 10 000 sign-ups", memory, 40.0, "MiB");
    Ok(())
}

pub(crate) fn micros_each(seconds: f64, count: u64) -> f64 {
    seconds * 1_000_000.0 / count as f64
}

/// Concurrent sign-ups, alternately with one proof each and with one proof for all, as when a request is
/// sent many times.
pub(crate) fn race(server: &Server, database: &Database, report: &mut Report) -> Result<(), Failure> {
    let mut statuses = BTreeMap::new();
    let mut winners = 0;
    for race in 0..RACES {
        let first = RACED + race * RACERS;
        database.insert_proofs_of_one(first..first + RACERS, first)?;
        let one_proof = race % 2 == 1;
        let answers = run_race(server, first, one_proof)?;
        let users: BTreeSet<_> = answers.iter().filter(|(status, _)| *status == 200).map(|(_, sub)| sub).collect();
        winners += u64::from(users.len() == 1);
        for (status, _) in &answers {
            *statuses.entry(*status).or_insert(0) += 1;
        }
    }
    let raced = [RACED, RACED + RACES * RACERS].map(|number| format!("'+86{}'", 13_000_000_000 + number));
    let counted = format!("SELECT count(*) FROM identifiers WHERE value BETWEEN {} AND {}", raced[0], raced[1]);
    let accounts: u64 = database.run(&counted)?.ok_or("no count")?.parse()?;
    let good = winners == RACES && accounts == RACES && statuses.keys().all(|status| *status < 500);
    let what = format!("{RACERS} simultaneous sign-ups on one phone number, {RACES} times");
    report.holds(&what, format!("{accounts} accounts, {statuses:?}"), "one account each, no 5xx", good);
    Ok(())
}

/// The statuses, and the users in the answers.
fn run_race(server: &Server, first: u64, one_proof: bool) -> Result<Vec<(u16, String)>, Failure> {
    let start = Barrier::new(RACERS as usize);
    let racer = |number: u64| -> Result<(u16, String), Failure> {
        let client = Client::open(server.address);
        let request = request_of(&phone_number(first), &token(if one_proof { first } else { number }));
        start.wait();
        let mut client = client?;
        let status = client.call(&request)?;
        let body: Value = serde_json::from_slice(client.body())?;
        Ok((status, body["sub"].as_str().unwrap_or_default().to_owned()))
    };
    let racer = &racer;
    thread::scope(|scope| {
        let racers: Vec<_> = (first..first + RACERS).map(|number| scope.spawn(move || racer(number))).collect();
        racers.into_iter().map(|racer| racer.join().map_err(|_| "a racer panicked")?).collect()
    })
}
