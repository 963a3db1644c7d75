//! The two servers, measured in turns.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

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
/// People per round.
const PEOPLE: u64 = 3_000;
/// Calls of `/user/me` per person.
const READS: u64 = 4;
/// People with a password, and sign-ins with it per round.
const WITH_PASSWORD: u64 = 50;
const SIGN_INS: u64 = 400;
/// The turns in which the requests of a round are sent, to one server and then to the other. They are short, because a
/// machine that others use, too, changes its pace within seconds.
const TURNS: usize = 10;

/// A server that is measured, with what came of it.
pub(crate) struct Side {
    server: Server,
    with_password: Range<u64>,
    /// Answers per second, a list per measure with a value per round.
    pub(crate) rates: [Vec<f64>; MEASURES.len()],
    /// Microseconds of the server's processor time per answer, likewise.
    pub(crate) costs: [Vec<f64>; MEASURES.len()],
}

impl Side {
    /// Starts it on a database of its own, with further settings.
    fn start(
        name: &str,
        binary: &Path,
        folder: &Path,
        database: &Database,
        limits: bool,
        more: &[(&str, String)],
    ) -> Result<Self, Failure> {
        let name = format!("{name}_{limits}");
        let folder = folder.join(&name);
        fs::create_dir(&folder)?;
        database.run(&format!("CREATE DATABASE {name}"))?;
        let mut settings = vec![
            ("AUTH__LIMITS__ENABLED", limits.to_string()),
            ("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ];
        settings.extend_from_slice(more);
        let server = Server::start_with(binary, &folder, &database.0.url(&name), &settings)?;
        Ok(Self { server, with_password: 0..0, rates: Default::default(), costs: Default::default() })
    }
}

/// Something of both servers: the older one's first.
type Both<T> = [T; 2];

/// Both servers. They have the same people.
pub(crate) struct Sides {
    pub(crate) sides: Both<Side>,
    next: u64,
}

impl Sides {
    /// Starts them. Only the newer one gets the further settings.
    pub(crate) fn start(
        binaries: &Both<PathBuf>,
        folder: &Path,
        database: &Database,
        limits: bool,
        more: &[(&str, String)],
    ) -> Result<Self, Failure> {
        let [before, after] = binaries;
        let before = Side::start("before", before, folder, database, limits, &[])?;
        let after = Side::start("after", after, folder, database, limits, more)?;
        let mut both = Self { sides: [before, after], next: 1 };
        let (people, tokens) = both.proven(WITH_PASSWORD)?;
        for (side, tokens) in both.sides.iter_mut().zip(&tokens) {
            let requests: Vec<_> = people.clone().zip(tokens).map(|(one, t)| flow::sign_up(one, t, true)).collect();
            flow::drive(side.server.address, CONNECTIONS, &requests, "refresh_token")?;
            (side.rates, side.costs) = Default::default();
            side.with_password = people.clone();
        }
        Ok(both)
    }

    /// Lets new people sign up, and uses their sessions.
    pub(crate) fn round(&mut self) -> Result<(), Failure> {
        let (people, tokens) = self.proven(PEOPLE)?;
        let each = |make: fn(u64, &str) -> Vec<u8>, tokens: Both<Vec<String>>| {
            tokens.map(|tokens| people.clone().zip(&tokens).map(|(person, t)| make(person, t)).collect::<Vec<_>>())
        };
        let requests = each(|person, token| flow::sign_up(person, token, false), tokens);
        let refresh_tokens = self.timed(2, &requests, "refresh_token")?;
        let access_tokens = self.timed(3, &each(flow::refresh, refresh_tokens), "access_token")?;
        let reads = each(flow::me, access_tokens);
        let reads = reads.map(|reads| (0..READS).flat_map(|_| reads.iter().cloned()).collect());
        self.timed(4, &reads, "sub")?;
        let requests = self
            .sides
            .each_ref()
            .map(|side| side.with_password.clone().cycle().take(SIGN_INS as usize).map(flow::sign_in).collect());
        self.timed(5, &requests, "sub")?;
        Ok(())
    }

    pub(crate) fn stop(self) -> Result<(), Failure> {
        self.sides.into_iter().try_for_each(|side| side.server.stop())
    }

    /// New people, with a proof of each one's phone number.
    fn proven(&mut self, count: u64) -> Result<(Range<u64>, Both<Vec<String>>), Failure> {
        let people = self.next..self.next + count;
        self.next = people.end;
        let requests: Vec<_> = people.clone().map(flow::send).collect();
        let ids = self.timed(0, &[requests.clone(), requests], "verification_id")?;
        let checks = |side: usize| flow::checks(&self.sides[side].server.codes, people.clone(), &ids[side]);
        let requests = [checks(0)?, checks(1)?];
        let tokens = self.timed(1, &requests, "verification_token")?;
        Ok((people, tokens))
    }

    /// Sends the requests, notes how many answers per second came and what they cost, and returns one field of each.
    fn timed(
        &mut self,
        measure: usize,
        requests: &Both<Vec<Vec<u8>>>,
        field: &str,
    ) -> Result<Both<Vec<String>>, Failure> {
        let (mut fields, mut seconds, mut busy) = (Both::<Vec<String>>::default(), [0.0; 2], [0.0; 2]);
        for (busy, side) in busy.iter_mut().zip(&self.sides) {
            *busy = -side.server.processor_seconds()?;
        }
        for turn in 0..TURNS {
            for index in [turn % 2, 1 - turn % 2] {
                let requests = &requests[index];
                let (from, to) = (requests.len() * turn / TURNS, requests.len() * (turn + 1) / TURNS);
                let (rate, more) =
                    flow::drive(self.sides[index].server.address, CONNECTIONS, &requests[from..to], field)?;
                seconds[index] += (to - from) as f64 / rate;
                fields[index].extend(more);
            }
        }
        for (index, side) in self.sides.iter_mut().enumerate() {
            let count = requests[index].len();
            let spent = busy[index] + side.server.processor_seconds()?;
            side.rates[measure].push(count as f64 / seconds[index]);
            side.costs[measure].push(micros_each(spent, count as u64));
        }
        Ok(fields)
    }
}
