//! One of the two servers.

use std::fs;
use std::ops::Range;
use std::path::Path;

use crate::Failure;
use crate::compare::flow;
use crate::database::Database;
use crate::server::Server;
use crate::sign_ups::micros_each;

/// What is measured, in this order.
pub(crate) const MEASURES: [&str; 6] =
    ["send a code", "check a code", "sign up", "refresh", "user/me", "sign in with a password"];

/// Enough connections that neither the server nor its database waits for requests.
const CONNECTIONS: usize = 32;
/// People per turn.
const PEOPLE: u64 = 3_000;
/// Calls of `/user/me` per person.
const READS: u64 = 4;
/// People with a password, and sign-ins with it per turn.
const WITH_PASSWORD: u64 = 50;
const SIGN_INS: u64 = 200;

/// A server that is measured, with what came of it.
pub(crate) struct Side {
    server: Server,
    next: u64,
    with_password: Range<u64>,
    /// Answers per second, a list per measure with a value per turn.
    pub(crate) rates: [Vec<f64>; MEASURES.len()],
    /// Microseconds of the server's processor time per answer, likewise.
    pub(crate) costs: [Vec<f64>; MEASURES.len()],
}

impl Side {
    /// Starts it on a database of its own.
    pub(crate) fn start(
        name: &str,
        binary: &Path,
        folder: &Path,
        database: &Database,
        limits: bool,
    ) -> Result<Self, Failure> {
        let name = format!("{name}_{limits}");
        let folder = folder.join(&name);
        fs::create_dir(&folder)?;
        database.run(&format!("CREATE DATABASE {name}"))?;
        let settings =
            [("AUTH__LIMITS__ENABLED", limits.to_string()), ("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1".to_owned())];
        let server = Server::start_with(binary, &folder, &database.0.url(&name), &settings)?;
        let mut side =
            Self { server, next: 1, with_password: 0..0, rates: Default::default(), costs: Default::default() };
        let (people, tokens) = side.proven(WITH_PASSWORD)?;
        let requests: Vec<_> = people.clone().zip(&tokens).map(|(person, t)| flow::sign_up(person, t, true)).collect();
        flow::drive(side.server.address, CONNECTIONS, &requests, "refresh_token")?;
        (side.rates, side.costs) = Default::default();
        side.with_password = people;
        Ok(side)
    }

    /// Lets new people sign up, and uses their sessions.
    pub(crate) fn turn(&mut self) -> Result<(), Failure> {
        let (people, tokens) = self.proven(PEOPLE)?;
        let each = |make: fn(u64, &str) -> Vec<u8>, tokens: &[String]| -> Vec<Vec<u8>> {
            people.clone().zip(tokens).map(|(person, token)| make(person, token)).collect()
        };
        let requests = each(|person, token| flow::sign_up(person, token, false), &tokens);
        let refresh_tokens = self.timed(2, &requests, "refresh_token")?;
        let access_tokens = self.timed(3, &each(flow::refresh, &refresh_tokens), "access_token")?;
        let reads = each(flow::me, &access_tokens);
        let reads: Vec<_> = (0..READS).flat_map(|_| reads.iter().cloned()).collect();
        self.timed(4, &reads, "sub")?;
        let owners = self.with_password.clone().cycle().take(SIGN_INS as usize);
        let requests: Vec<_> = owners.map(flow::sign_in).collect();
        self.timed(5, &requests, "sub")?;
        Ok(())
    }

    pub(crate) fn stop(self) -> Result<(), Failure> {
        self.server.stop()
    }

    /// New people, with a proof of each one's phone number.
    fn proven(&mut self, count: u64) -> Result<(Range<u64>, Vec<String>), Failure> {
        let people = self.next..self.next + count;
        self.next = people.end;
        let requests: Vec<_> = people.clone().map(flow::send).collect();
        let ids = self.timed(0, &requests, "verification_id")?;
        let requests = flow::checks(&self.server.codes, people.clone(), &ids)?;
        let tokens = self.timed(1, &requests, "verification_token")?;
        Ok((people, tokens))
    }

    /// Notes how many answers per second came and what they cost, and returns one field of each.
    fn timed(&mut self, measure: usize, requests: &[Vec<u8>], field: &str) -> Result<Vec<String>, Failure> {
        let busy = self.server.processor_seconds()?;
        let (rate, fields) = flow::drive(self.server.address, CONNECTIONS, requests, field)?;
        self.rates[measure].push(rate);
        self.costs[measure].push(micros_each(self.server.processor_seconds()? - busy, requests.len() as u64));
        Ok(fields)
    }
}
