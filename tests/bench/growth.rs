//! How a million users affect the rates: the same calls with few users and with many, in turns, so that a machine
//! that slows down meanwhile slows down both. `just growth` compares in the same way, with more users.

use std::fs;
use std::path::Path;

use crate::database::Database;
use crate::load::{Client, drive, get_as};
use crate::passwords::{self, PASSWORD};
use crate::report::{Clock, Report, say};
use crate::server::Server;
use crate::sign_ups::{self, CLIENTS_A_CONNECTION, SIGN_UPS, pool_size};
use crate::{Failure, refreshes};

pub(crate) const FEW: u64 = 1_000;
const MANY: u64 = 1_000_000;
pub(crate) const ROUNDS: u64 = 4;
/// The stride with which users all over the table are visited: it has no factor in common with their number.
pub(crate) const STRIDE: u64 = 7_919;
const REFRESHES: u64 = 10_000;
/// Calls of users who ask who they are, and how many users they are.
const ASKED: u64 = 20_000;
const ASKING: u64 = 100;
const BAR: f64 = 0.85;

/// A service with a given number of users.
pub(crate) struct Side {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) users: u64,
}

/// Calls per second, in all rounds together.
#[derive(Default)]
struct Rates {
    sign_up: f64,
    refresh: f64,
    sign_in: f64,
    user_me: f64,
}

impl Side {
    pub(crate) fn start(binary: &Path, folder: &Path, users: u64) -> Result<Self, Failure> {
        fs::create_dir(folder)?;
        let database = Database::start(folder)?;
        let server = Server::start(binary, folder, &database.url())?;
        database.insert_users(0..users, &passwords::stored_hash())?;
        Ok(Self { server, database, users })
    }

    fn measure(&self, round: u64, rates: &mut Rates) -> Result<(), Failure> {
        let first = 10_000_000 + round * SIGN_UPS;
        self.database.insert_proofs(first..first + SIGN_UPS)?;
        rates.sign_up += sign_ups::rate(&self.server, first)?.0;
        rates.refresh += self.refresh_rate(round)?;
        rates.sign_in += passwords::sign_in_rate(&self.server, self.users, STRIDE)?.0;
        rates.user_me += self.user_me_rate(round)?;
        Ok(())
    }

    /// The users sign in first, because an access token does not outlive a long measurement.
    fn user_me_rate(&self, round: u64) -> Result<f64, Failure> {
        let users = (0..ASKING).map(|n| ((round * ASKING + n) * STRIDE) % self.users);
        let sign_in = |user| Client::open(self.server.address)?.access_token(&passwords::sign_in(user));
        let tokens = users.map(sign_in).collect::<Result<Vec<_>, _>>()?;
        let request = |n: u64| get_as(&tokens[(n % ASKING) as usize], "/auth/v1/user/me");
        let clients = (pool_size() * CLIENTS_A_CONNECTION) as usize;
        Ok(drive(self.server.address, clients, 0..ASKED, request)?.0)
    }

    /// If there are few users, each refreshes several times.
    pub(crate) fn refresh_rate(&self, round: u64) -> Result<f64, Failure> {
        let clients = (pool_size() * CLIENTS_A_CONNECTION) as usize;
        let numbers = round * REFRESHES..(round + 1) * REFRESHES;
        let request = |n: u64| {
            let user = (n * STRIDE) % self.users;
            refreshes::request(&crate::database::refresh_token(user, (n / self.users) as u32))
        };
        Ok(drive(self.server.address, clients, numbers, request)?.0)
    }
}

pub(crate) fn measure(binary: &Path, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    say(&format!("creating {MANY} users, each with the password {PASSWORD:?}"));
    let few = Side::start(binary, &folder.join("few"), FEW)?;
    let many = Side::start(binary, &folder.join("many"), MANY)?;
    compare(&few, &many, Clock::start(), report)?;
    few.server.stop()?;
    many.server.stop()
}

/// Compares the rates of both sides.
pub(crate) fn compare(few: &Side, many: &Side, clock: Clock, report: &mut Report) -> Result<(), Failure> {
    let (mut with_few, mut with_many) = (Rates::default(), Rates::default());
    for round in 0..ROUNDS {
        clock.say(&format!("comparing, round {} of {ROUNDS}", round + 1));
        // Each of the two goes first equally often.
        if round % 2 == 0 {
            few.measure(round, &mut with_few)?;
            many.measure(round, &mut with_many)?;
        } else {
            many.measure(round, &mut with_many)?;
            few.measure(round, &mut with_few)?;
        }
    }
    let each = |sum: f64| sum / ROUNDS as f64;
    let users = many.users;
    for (what, many, few) in [
        ("sign-up", with_many.sign_up, with_few.sign_up),
        ("refresh", with_many.refresh, with_few.refresh),
        ("sign-in with password", with_many.sign_in, with_few.sign_in),
        ("/user/me", with_many.user_me, with_few.user_me),
    ] {
        report.share(&format!("{what} with {users} users ({FEW} users)"), each(many), each(few), BAR, "/s");
    }
    Ok(())
}
