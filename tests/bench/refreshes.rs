//! Using refresh tokens: throughput, and races.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::Failure;
use crate::ceilings::Ceilings;
use crate::database::{Database, refresh_token};
use crate::load::{Client, called, drive, post};
use crate::pgbench::REFRESH;
use crate::report::{Report, mean, range};
use crate::server::Server;
use crate::sign_ups::{CLIENTS_A_CONNECTION, micros_each, pool_size};

/// The server and pgbench take turns, because a machine that others use, too, changes its pace within seconds.
const TURNS: u64 = 6;
/// Refreshes per turn.
const REFRESHES: u64 = 8_000;
/// The bar of a refresh, as a share of the same update by pgbench.
const BAR: f64 = 0.75;
const RACERS: u64 = 50;
const RACES: u64 = 100;

/// A refresh as SDKs send it.
pub(crate) fn request(token: &str) -> Vec<u8> {
    let body = json!({
        "grant_type": "refresh_token", "client_id": "default", "client_secret": "", "refresh_token": token,
    });
    post("/auth/v1/token", &body.to_string())
}

/// How many users one measurement uses up.
pub(crate) fn users_needed() -> u64 {
    2 * TURNS * (REFRESHES + pool_size()) + 500
}

pub(crate) fn measure(
    server: &Server,
    database: &Database,
    users: Range<u64>,
    report: &mut Report,
) -> Result<(), Failure> {
    let (pool, each) = (pool_size(), REFRESHES / pool_size());
    let ceilings = Ceilings::prepare(database, pool)?;
    let warm_up = users.start..users.start + 499;
    drive(server.address, pool as usize, warm_up.clone(), |n| request(&refresh_token(n, 0)))?;
    REFRESH.check(database, || called(server.address, &request(&refresh_token(warm_up.end, 0))))?;

    let clients = (pool * CLIENTS_A_CONNECTION) as usize;
    let (mut served, mut alone, mut one_update) = (Vec::new(), Vec::new(), Vec::new());
    let (mut of_server, mut of_database) = (0.0, 0.0);
    let mut first = warm_up.end + 1;
    for _ in 0..TURNS {
        alone.push(REFRESH.run(database, first, pool, each)?);
        first += pool * (each + 1);
        one_update.push(ceilings.refreshes(each)?);
        let busy = (server.processor_seconds()?, database.processor_seconds());
        let (rate, _) = drive(server.address, clients, first..first + REFRESHES, |n| request(&refresh_token(n, 0)))?;
        served.push(rate);
        of_server += server.processor_seconds()? - busy.0;
        of_database += database.processor_seconds() - busy.1;
        first += REFRESHES;
    }
    let (server_each, database_each) =
        (micros_each(of_server, TURNS * REFRESHES), micros_each(of_database, TURNS * REFRESHES));
    report.share("refresh (pgbench, the same update)", mean(&served), mean(&one_update), BAR, "/s");
    report.note(&format!("  of {TURNS} turns each, pgbench"), range(&one_update));
    let what = format!("refresh, {pool} database connections (pgbench, our statement)");
    report.share(&what, mean(&served), mean(&alone), 0.6, "/s");
    report.note(&format!("  of {TURNS} turns each"), format!("{}, pgbench {}", range(&served), range(&alone)));
    report.note("  processor time each: server, PostgreSQL", format!("{server_each:.0} us, {database_each:.0} us"));
    Ok(())
}

/// Concurrent refreshes with one token: all get the same successor, which is good.
pub(crate) fn race(server: &Server, first: u64, report: &mut Report) -> Result<(), Failure> {
    let mut statuses = BTreeMap::new();
    let mut alive = 0;
    for race in 0..RACES {
        let answers = run_race(server, first + race)?;
        for (status, _) in &answers {
            *statuses.entry(*status).or_insert(0_u64) += 1;
        }
        let successor = &answers[0].1;
        let one = answers.iter().all(|(_, token)| token == successor);
        alive += u64::from(one && called(server.address, &request(successor)).is_ok());
    }
    let good = alive == RACES && statuses == BTreeMap::from([(200, RACERS * RACES)]);
    let what = format!("{RACERS} simultaneous refreshes of one token, {RACES} times");
    report.holds(&what, format!("{alive} sessions alive, {statuses:?}"), "one successor, alive, no 5xx", good);
    Ok(())
}

fn run_race(server: &Server, user: u64) -> Result<Vec<(u16, String)>, Failure> {
    let start = Barrier::new(RACERS as usize);
    let racer = || -> Result<(u16, String), Failure> {
        let client = Client::open(server.address);
        start.wait();
        let mut client = client?;
        let status = client.call(&request(&refresh_token(user, 0)))?;
        let body: Value = serde_json::from_slice(client.body())?;
        Ok((status, body["refresh_token"].as_str().unwrap_or_default().to_owned()))
    };
    let racer = &racer;
    thread::scope(|scope| {
        let racers: Vec<_> = (0..RACERS).map(|_| scope.spawn(racer)).collect();
        racers.into_iter().map(|racer| racer.join().map_err(|_| "a racer panicked")?).collect()
    })
}
