//! Whether removing expired rows keeps up with whoever makes as many as the limits allow.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::database::{Database, FIRST_USER};
use crate::growth::STRIDE;
use crate::passwords::stored_hash;
use crate::report::{Report, say};
use crate::server::Server;
use crate::sign_ups;

/// Expired rows of each kind.
const EXPIRED: u64 = 50_000;
/// Rows of each kind that must stay.
const LIVE: u64 = 200_000;
/// The first of the sign-ups meanwhile.
const FIRST: u64 = 8_000_000;
const PATIENCE: Duration = Duration::from_secs(300);
/// When rows of each kind are long since due to be removed.
pub(crate) const LONG_AGO: &str = "now() - interval '800 days'";

/// A kind of rows that are swept, and the most of them that one network can cause in an hour with the default settings
/// (docs/growth.md).
pub(crate) struct Kind {
    pub(crate) table: &'static str,
    is_expired: &'static str,
    insert: &'static str,
    an_hour: f64,
}

/// `USER` stands for the id of a user. `SINCE` stands for the instant at which a row expired or will. Sessions began 32 days ago whatever it is, each on a
/// device of its own: only devices of the last 180 days are remembered, and remembering them is part of the sweep.
pub(crate) const KINDS: [Kind; 9] = [
    Kind {
        table: "sessions",
        is_expired: "expires_at < now() - interval '1 day'",
        insert: "sessions (user_id, id, client_id, device_id, network, scope, method, seed_hash, created_at, \
            expires_at) SELECT USER, gen_random_uuid(), 'default', \
            replace(gen_random_uuid()::text, '-', ''), '127.0.0.1', 'user', 'password', '\\x00', \
            now() - interval '32 days', SINCE",
        an_hour: 9_140.0,
    },
    Kind {
        table: "verifications",
        is_expired: "expires_at < now() - interval '1 day'",
        insert: "verifications (id, kind, value, shown, client_id, requester, created_at, expires_at, last_sent_at) \
            SELECT gen_random_uuid(), 'email', n || '@example.com', n || '@example.com', 'default', 'network:x', \
            SINCE, SINCE, SINCE",
        an_hour: 1_000.0,
    },
    Kind {
        table: "proofs",
        is_expired: "expires_at < now() - interval '1 day'",
        insert: "proofs (hash, subject, client_id, created_at, expires_at, address_kind, address_value, address_shown) \
            SELECT sha256(gen_random_uuid()::text::bytea), 'address', 'default', SINCE, SINCE, 'email', \
            n || '@example.com', n || '@example.com'",
        an_hour: 13_680.0,
    },
    Kind {
        table: "proof_evidence",
        is_expired: "expires_at < now() - interval '1 day'",
        insert: "proof_evidence (evidence, hash, expires_at) \
            SELECT sha256(gen_random_uuid()::text::bytea), sha256(gen_random_uuid()::text::bytea), SINCE",
        an_hour: 3_840.0,
    },
    Kind {
        table: "known_devices",
        is_expired: "last_seen < now() - interval '181 days'",
        // Devices are known for 180 days after they were last seen, which is why the sweep waits for as long.
        insert: "known_devices (user_id, mark, last_seen) \
            SELECT USER, sha256(gen_random_uuid()::text::bytea), SINCE - interval '180 days'",
        an_hour: 9_140.0,
    },
    Kind {
        table: "provider_flows",
        is_expired: "expires_at < now() - interval '1 day'",
        insert: "provider_flows (key, id, expires_at) \
            SELECT sha256(gen_random_uuid()::text::bytea), gen_random_uuid(), SINCE",
        an_hour: 3_840.0,
    },
    Kind {
        table: "send_budgets",
        is_expired: "sent_at[1] < now() - interval '1 day'",
        insert: "send_budgets (kind, value, sent_at) SELECT 'email', gen_random_uuid()::text, ARRAY[SINCE]",
        an_hour: 1_000.0,
    },
    Kind {
        table: "rate_limits",
        is_expired: "full_at < now() - interval '1 day'",
        insert: "rate_limits (key, full_at) SELECT sha256(gen_random_uuid()::text::bytea), SINCE",
        an_hour: 26_330.0,
    },
    Kind {
        table: "events",
        is_expired: "at < now() - interval '730 days'",
        insert: "events (id, at, kind, user_id, actor) \
            SELECT gen_random_uuid(), SINCE, 'sign_in_failed', -1 - n % 16, 'user'",
        an_hour: 64_480.0,
    },
];

/// Networks that use up every limit, hour after hour, while the sweep keeps up.
const NETWORKS: f64 = 100.0;

pub(crate) fn measure(binary: &Path, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    let folder = folder.join("sweep");
    fs::create_dir(&folder)?;
    let database = Database::start(&folder)?;
    Server::start(binary, &folder, &database.url())?.stop()?;
    database.insert_users(0..1_000, &stored_hash())?;
    say(&format!("inserting {EXPIRED} expired rows of each kind, and {LIVE} others"));
    for kind in &KINDS {
        // All of one user, as whoever uses up the limits may make them.
        kind.insert(&database, LIVE, "now() + interval '1 day'", 1)?;
        kind.insert(&database, EXPIRED, LONG_AGO, 1)?;
    }
    database.run("VACUUM ANALYZE")?;
    database.insert_proofs(FIRST..FIRST + sign_ups::SIGN_UPS)?;
    let server = Server::start(binary, &folder, &database.url())?;
    let (gone, sign_ups) = thread::scope(|scope| {
        let sign_ups = scope.spawn(|| sign_ups::rate(&server, FIRST));
        let gone = swept(&database, PATIENCE)?;
        Ok::<_, Failure>((gone, sign_ups.join().map_err(|_| "the sign-ups panicked")??.0))
    })?;
    for (kind, gone) in KINDS.iter().zip(gone) {
        let rate = gone.map_or(0.0, |gone| EXPIRED as f64 / gone.as_secs_f64());
        let networks = rate * 3_600.0 / kind.an_hour;
        let what = format!("sweep of {}, rows a second", kind.table);
        let bar = format!(">= {NETWORKS} networks");
        report.holds(&what, format!("{rate:.0}: {networks:.0} networks"), &bar, networks >= NETWORKS);
    }
    report.note("  sign-ups a second meanwhile", format!("{sign_ups:.0}"));
    server.stop()
}

impl Kind {
    /// Inserts rows that expire, or are old, at this instant, and belong to users all over the first `users`.
    pub(crate) fn insert(&self, database: &Database, rows: u64, since: &str, users: u64) -> Result<(), Failure> {
        let user = format!("{FIRST_USER} + n::bigint * {STRIDE} % {users}");
        let insert = self.insert.replace("SINCE", since).replace("USER", &user);
        database.run(&format!("INSERT INTO {insert} FROM generate_series(1, {rows}) n"))?;
        Ok(())
    }
}

/// How long it took until no expired row of each kind was left.
pub(crate) fn swept(database: &Database, patience: Duration) -> Result<[Option<Duration>; KINDS.len()], Failure> {
    let (started, mut left) = (Instant::now(), [None; KINDS.len()]);
    while left.iter().any(Option::is_none) && started.elapsed() < patience {
        for (kind, gone) in KINDS.iter().zip(&mut left).filter(|(_, gone)| gone.is_none()) {
            let sql = format!("SELECT count(*) FROM {} WHERE {}", kind.table, kind.is_expired);
            if database.run(&sql)?.as_deref() == Some("0") {
                *gone = Some(started.elapsed());
            }
        }
        // Looking costs the database more than sweeping does.
        thread::sleep(Duration::from_secs(1));
    }
    Ok(left)
}
