//! A private cluster, as durable as in production, and the rows that the sections need in it.

use std::fs;
use std::path::Path;

use auth_domain::accounts::UserId;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::sessions::{RefreshToken, SessionId};
use auth_embedded_postgres::{Cluster, Host, Options};

use crate::server::SERVER_KEY;
use crate::{Failure, processes};

pub(crate) const NAME: &str = "auth";
const FIRST_NUMBER: u64 = 13_000_000_000;
pub(crate) const FIRST_USER: u64 = 2_000_000_000_000_000_000;

/// The session of user `n`.
const SESSIONS: &str = "sessions (user_id, id, client_id, network, scope, method, seed_hash, created_at, expires_at) \
     SELECT USER, lpad(to_hex(n), 32, '0')::uuid, 'default', '127.0.0.1', 'user', 'password', \
            sha256(decode(lpad(to_hex(n), 32, '0'), 'hex')), now(), now() + interval '31 days'";

/// The private cluster.
pub(crate) struct Database(pub(crate) Cluster);

impl Database {
    pub(crate) fn start(folder: &Path) -> Result<Self, Failure> {
        let options = Options::new(folder.join("postgres"), Host::from_environment("auth-bench"));
        Ok(Self(Cluster::start(options.database(NAME))?))
    }

    pub(crate) fn url(&self) -> String {
        self.0.url(NAME)
    }

    /// The processor time that all processes of the cluster have used so far.
    pub(crate) fn processor_seconds(&self) -> f64 {
        processes::family_seconds(self.0.pid().unsigned_abs())
    }

    /// Runs SQL, however long it takes, and returns the first value.
    pub(crate) fn run(&self, sql: &str) -> Result<Option<String>, Failure> {
        Ok(self.0.query_patiently(NAME, sql)?.into_iter().next().and_then(|row| row.into_iter().next().flatten()))
    }

    /// The rows of a query, as text, however long it takes.
    pub(crate) fn rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        Ok(self.0.query_patiently(NAME, sql)?)
    }

    /// Inserts proofs of one phone number each, as if codes had been verified: a row holds only the token's hash.
    pub(crate) fn insert_proofs(&self, numbers: std::ops::Range<u64>) -> Result<(), Failure> {
        self.insert(numbers, &format!("{FIRST_NUMBER} + n"))
    }

    /// Inserts proofs that are all of the same phone number.
    pub(crate) fn insert_proofs_of_one(&self, numbers: std::ops::Range<u64>, owner: u64) -> Result<(), Failure> {
        self.insert(numbers, &format!("{}", FIRST_NUMBER + owner))
    }

    fn insert(&self, numbers: std::ops::Range<u64>, phone_number: &str) -> Result<(), Failure> {
        self.run(&format!(
            "INSERT INTO proofs (hash, subject, client_id, created_at, expires_at, \
                                 address_kind, address_value, address_shown) \
             SELECT sha256(decode(lpad(to_hex(n), 64, '0'), 'hex')), 'address', 'default', now(), \
                    now() + interval '1 hour', 'phone_number', '+86' || ({phone_number}), '+86 ' || ({phone_number}) \
             FROM generate_series({}, {}) n",
            numbers.start,
            numbers.end - 1,
        ))?;
        // Only this table: plans made for tables that are known to be empty still scan them once they are not.
        self.run("VACUUM ANALYZE proofs")?;
        Ok(())
    }

    /// What the server asks of the database while `work` runs, one `VERB table` per statement.
    pub(crate) fn statements_of(&self, work: impl FnOnce() -> Result<(), Failure>) -> Result<Vec<String>, Failure> {
        self.log_statements("all")?;
        let before = fs::read_to_string(self.0.log())?.len();
        work()?;
        self.log_statements("none")?;
        let log = fs::read_to_string(self.0.log())?;
        Ok(log[before..].lines().filter_map(|line| line.split_once("execute ")?.1.split_once(": ")).map(gist).collect())
    }

    /// Inserts users with a username, a password and a session each; the hash is that of [`crate::passwords::PASSWORD`].
    pub(crate) fn insert_users(&self, numbers: std::ops::Range<u64>, password_hash: &str) -> Result<(), Failure> {
        for insert in [
            "users (id, status, created_at, updated_at) SELECT USER, 'ACTIVE', now(), now()",
            "identifiers (kind, value, shown, user_id, created_at) \
             SELECT 'username', 'bench_' || n, 'bench_' || n, USER, now()",
            "identifier_claims (kind, value, user_id) SELECT 'username', 'bench_' || n, USER",
            "credentials (user_id, password_hash, updated_at) SELECT USER, 'HASH', now()",
            SESSIONS,
            "events (id, at, kind, user_id, actor, method, client_id, network) \
             SELECT gen_random_uuid(), now(), 'signed_in', USER, 'user', 'password', 'default', '127.0.0.1'",
        ] {
            self.insert_of_each(numbers.clone(), &insert.replace("HASH", password_hash))?;
        }
        self.run("VACUUM ANALYZE")?;
        Ok(())
    }

    /// Inserts a session of each user, whose tokens are those of [`refresh_token`].
    pub(crate) fn insert_sessions(&self, numbers: std::ops::Range<u64>) -> Result<(), Failure> {
        self.insert_of_each(numbers, SESSIONS)
    }

    fn insert_of_each(&self, numbers: std::ops::Range<u64>, insert: &str) -> Result<(), Failure> {
        let insert = insert.replace("USER", &format!("{FIRST_USER} + n"));
        let (first, last) = (numbers.start, numbers.end - 1);
        self.run(&format!("INSERT INTO {insert} FROM generate_series({first}, {last}) n"))?;
        Ok(())
    }

    fn log_statements(&self, which: &str) -> Result<(), Failure> {
        self.run(&format!("ALTER SYSTEM SET log_statement = '{which}'"))?;
        self.run("SELECT pg_reload_conf()")?;
        // Database sessions notice the new setting between two statements.
        std::thread::sleep(std::time::Duration::from_millis(300));
        Ok(())
    }
}

fn gist((_, sql): (&str, &str)) -> String {
    gist_of(sql)
}

/// `INSERT users` for `INSERT INTO "users" …`; for a `WITH`, everything that it writes.
pub(crate) fn gist_of(sql: &str) -> String {
    let mut words = sql.split_whitespace().map(|word| word.trim_matches(['"', ';', '(']));
    if words.clone().next().is_some_and(|word| word.eq_ignore_ascii_case("with")) {
        let pairs = words.clone().zip(words.skip(1));
        let written = pairs.filter(|(verb, _)| matches!(*verb, "UPDATE" | "INTO" | "DELETE"));
        return written.fold("WITH".to_owned(), |gist, (verb, table)| format!("{gist} {verb} {table}"));
    }
    let verb = words.next().unwrap_or_default().to_uppercase();
    let before_table = match &*verb {
        "SELECT" | "DELETE" => "FROM",
        "INSERT" => "INTO",
        "UPDATE" => return format!("{verb} {}", words.next().unwrap_or_default()),
        _ => return verb,
    };
    let table = words.skip_while(|word| !word.eq_ignore_ascii_case(before_table)).nth(1).unwrap_or_default();
    format!("{verb} {}", table.split('"').next().unwrap_or_default())
}

/// The username of user `number`.
pub(crate) fn username(number: u64) -> String {
    format!("bench_{number}")
}

/// The refresh token of user `number` after this many refreshes.
pub(crate) fn refresh_token(number: u64, generation: u32) -> String {
    let user = UserId::from_i64((FIRST_USER + number).cast_signed());
    let seed = u128::from(number).to_be_bytes();
    let session = SessionId::from_uuid(uuid::Uuid::from_bytes(seed));
    let first = RefreshToken::first(user, session, seed);
    (0..generation).fold(first, |token, _| token.successor()).seal(&ServerKey::new(SecretBytes::new(SERVER_KEY)))
}

/// The token of proof `number`.
pub(crate) fn token(number: u64) -> String {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    SecretBytes::new(bytes).expose()
}

/// Phone number `number` as clients write it.
pub(crate) fn phone_number(number: u64) -> String {
    format!("+86 {}", FIRST_NUMBER + number)
}
