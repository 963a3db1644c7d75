//! `GET /auth/v1/user/me`, which shows the cost of authenticating a signed-in user.

use std::ops::Range;
use std::time::Duration;

use crate::Failure;
use crate::database::refresh_token;
use crate::load::{Client, drive, get_as, pace};
use crate::refreshes;
use crate::report::Report;
use crate::server::Server;
use crate::sign_ups::micros_each;

const CALLS: u64 = 40_000;
const CLIENTS: usize = 16;
const BAR: f64 = 9_000.0;
/// The rate at which latencies are measured, per second.
const PACE: f64 = 2_500.0;
const SPAN: Duration = Duration::from_secs(8);

pub(crate) fn measure(server: &Server, users: Range<u64>, report: &mut Report) -> Result<(), Failure> {
    let mut client = Client::open(server.address)?;
    let refresh = |user| refreshes::request(&refresh_token(user, 0));
    let tokens = users.map(|user| client.access_token(&refresh(user))).collect::<Result<Vec<_>, _>>()?;
    let request = |number: u64| get_as(&tokens[number as usize % tokens.len()], "/auth/v1/user/me");
    drive(server.address, CLIENTS, 0..2_000, request)?;
    let busy = server.processor_seconds()?;
    let (rate, _) = drive(server.address, CLIENTS, 0..CALLS, request)?;
    let each = micros_each(server.processor_seconds()? - busy, CALLS);
    report.holds("/user/me", format!("{rate:.0} /s"), &format!(">= {BAR:.0} /s"), rate >= BAR);
    report.note("  processor time each: server", format!("{each:.0} us"));
    let latencies = pace(server.address, 16, PACE, SPAN, request)?;
    let what = format!("/user/me at {PACE:.0} /s, p99 of {}", latencies.len());
    report.at_most(&what, latencies.quantile(0.99), 20.0, "ms");
    Ok(())
}
