//! A private cluster, durable as in production, and proofs in it.

use std::fs;
use std::path::Path;

use auth_domain::secret_bytes::SecretBytes;
use auth_embedded_postgres::{Cluster, Host, Options};

use crate::{Failure, processes};

pub(crate) const NAME: &str = "auth";
const FIRST_NUMBER: u64 = 13_000_000_000;

/// The cluster.
pub(crate) struct Database(pub(crate) Cluster);

impl Database {
    pub(crate) fn start(folder: &Path) -> Result<Self, Failure> {
        let options = Options::new(folder.join("postgres"), Host::from_environment("auth-bench"));
        Ok(Self(Cluster::start(options.database(NAME))?))
    }

    pub(crate) fn url(&self) -> String {
        self.0.url(NAME)
    }

    /// Processor time used so far, by all its processes.
    pub(crate) fn processor_seconds(&self) -> f64 {
        processes::family_seconds(self.0.pid().unsigned_abs())
    }

    pub(crate) fn run(&self, sql: &str) -> Result<Option<String>, Failure> {
        Ok(self.0.query(NAME, sql)?.into_iter().next().and_then(|row| row.into_iter().next().flatten()))
    }

    /// Proofs of a phone number each, as if codes had been verified: a row holds the token's hash only.
    pub(crate) fn insert_proofs(&self, numbers: std::ops::Range<u64>) -> Result<(), Failure> {
        self.insert(numbers, &format!("{FIRST_NUMBER} + n"))
    }

    /// Proofs of one phone number.
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
        // Only this table: plans made for tables that are known to be empty scan them once they are not.
        self.run("VACUUM ANALYZE proofs")?;
        Ok(())
    }

    /// What the server asks of the database while `work` runs, one `VERB table` a statement.
    pub(crate) fn statements_of(&self, work: impl FnOnce() -> Result<(), Failure>) -> Result<Vec<String>, Failure> {
        self.log_statements("all")?;
        let before = fs::read_to_string(self.0.log())?.len();
        work()?;
        self.log_statements("none")?;
        let log = fs::read_to_string(self.0.log())?;
        Ok(log[before..].lines().filter_map(|line| line.split_once("execute ")?.1.split_once(": ")).map(gist).collect())
    }

    fn log_statements(&self, which: &str) -> Result<(), Failure> {
        self.run(&format!("ALTER SYSTEM SET log_statement = '{which}'"))?;
        self.run("SELECT pg_reload_conf()")?;
        // Sessions take it over between two statements.
        std::thread::sleep(std::time::Duration::from_millis(300));
        Ok(())
    }
}

fn gist((_, sql): (&str, &str)) -> String {
    gist_of(sql)
}

/// `INSERT users` of `INSERT INTO "users" …`.
pub(crate) fn gist_of(sql: &str) -> String {
    let mut words = sql.split_whitespace().map(|word| word.trim_matches(['"', ';', '(']));
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

/// The token of proof `number`.
pub(crate) fn token(number: u64) -> String {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    SecretBytes::new(bytes).expose()
}

/// The phone number `number` as clients write it.
pub(crate) fn phone_number(number: u64) -> String {
    format!("+86 {}", FIRST_NUMBER + number)
}
