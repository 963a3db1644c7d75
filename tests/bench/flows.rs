//! The whole way of a sign-up by phone: a code is sent, read from the log and checked, and its proof pays for the account.
//! A server with the sharded layout takes turns with the other one, on the same database of one node.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use crate::Failure;
use crate::compare::flow;
use crate::database::Database;
use crate::report::{Report, mean, range};
use crate::server::Server;
use crate::sign_ups::{CLIENTS_A_CONNECTION, micros_each, pool_size};

/// Where the numbers of the people begin.
const FIRST: u64 = 40_000_000;
const WARM_UP: u64 = 300;
/// People per turn.
const PEOPLE: u64 = 3_000;
const TURNS: u64 = 4;
/// The bar of the people per second.
const BAR: f64 = 1_000.0;
/// The bars of the processor time of one of them, in microseconds.
const OF_SERVER: f64 = 650.0;
const OF_DATABASE: f64 = 1_000.0;

/// What the turns of a server came to.
#[derive(Default)]
struct Measured {
    /// People per second.
    people: Vec<f64>,
    /// The last calls alone, per second.
    sign_ups: Vec<f64>,
    of_server: f64,
    of_database: f64,
}

pub(crate) fn measure(
    server: &Server,
    database: &Database,
    binary: &Path,
    folder: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let folder = folder.join("sharded");
    fs::create_dir(&folder)?;
    let layout = [("AUTH__DATABASE__LAYOUT", "sharded".to_owned())];
    let sharded = Server::start_with(binary, &folder, &database.url(), &layout)?;
    let mut first = FIRST;
    let mut next = |count: u64| {
        first += count;
        first - count..first
    };
    for server in [server, &sharded] {
        pass(server, database, next(WARM_UP), &mut Measured::default())?;
    }
    let (mut of_single, mut of_sharded) = (Measured::default(), Measured::default());
    for _ in 0..TURNS {
        pass(server, database, next(PEOPLE), &mut of_single)?;
        pass(&sharded, database, next(PEOPLE), &mut of_sharded)?;
    }
    sharded.stop()?;
    tell(&of_single, report);
    compare(&of_sharded, &of_single, report);
    Ok(())
}

/// Lets people sign up. All of them make a call before any makes the next one.
fn pass(server: &Server, database: &Database, people: Range<u64>, measured: &mut Measured) -> Result<(), Failure> {
    let count = people.end - people.start;
    let clients = (pool_size() * CLIENTS_A_CONNECTION) as usize;
    let drive = |requests: Vec<Vec<u8>>, field| flow::drive(server.address, clients, &requests, field);
    let (busy, began) = ((server.processor_seconds()?, database.processor_seconds()), Instant::now());
    let (_, ids) = drive(people.clone().map(flow::send).collect(), "verification_id")?;
    let checks = flow::checks(&server.codes, people.clone(), &ids)?;
    let (_, tokens) = drive(checks, "verification_token")?;
    let sign_ups = people.zip(&tokens).map(|(person, token)| flow::sign_up(person, token, false)).collect();
    let (rate, _) = drive(sign_ups, "sub")?;
    measured.people.push(count as f64 / began.elapsed().as_secs_f64());
    measured.sign_ups.push(rate);
    measured.of_server += server.processor_seconds()? - busy.0;
    measured.of_database += database.processor_seconds() - busy.1;
    Ok(())
}

fn tell(measured: &Measured, report: &mut Report) {
    let Measured { people, of_server, of_database, .. } = measured;
    let what = "phone flow: send, check, sign up";
    let rate = mean(people);
    report.holds(what, format!("{rate:.0} /s"), &format!(">= {BAR:.0} /s"), rate >= BAR);
    report.note(&format!("  of {TURNS} turns each"), range(people));
    let each = |seconds: f64| micros_each(seconds, TURNS * PEOPLE);
    report.at_most(&format!("{what}, processor time of the server"), each(*of_server), OF_SERVER, "us");
    report.at_most(&format!("{what}, processor time of PostgreSQL"), each(*of_database), OF_DATABASE, "us");
}

fn compare(sharded: &Measured, single: &Measured, report: &mut Report) {
    for (what, sharded, single) in [
        ("phone flow", &sharded.people, &single.people),
        ("last call of a sign-up", &sharded.sign_ups, &single.sign_ups),
    ] {
        let [sharded, single] = [mean(sharded), mean(single)];
        let shown = format!("{sharded:.0} /s, {single:.0} /s, {:.2}", sharded / single);
        report.note(&format!("sharded layout on one node, single layout: {what}"), shown);
    }
    let each = |seconds: f64| micros_each(seconds, TURNS * PEOPLE);
    let [server, database] = [each(sharded.of_server), each(sharded.of_database)];
    report.note("  of the sharded one: server, PostgreSQL", format!("{server:.0} us, {database:.0} us"));
}
