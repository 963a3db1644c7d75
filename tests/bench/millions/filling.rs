//! Filling the database: users by the importer, sessions by SQL, events by COPY.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::room::Amounts;
use crate::Failure;
use crate::database::{Database, FIRST_USER, username};
use crate::passwords::stored_hash;
use crate::report::Clock;
use crate::server::SERVER_KEY;

/// Rows in one statement.
const AT_ONCE: u64 = 1_000_000;
/// The days over which events are spread, fewer than they are kept.
const DAYS: u64 = 700;

/// Imports users as those of [`Database::insert_users`] are, and with addresses. Returns how many a second.
pub(super) fn import(
    binary: &Path,
    folder: &Path,
    database: &Database,
    users: u64,
    clock: Clock,
) -> Result<f64, Failure> {
    let log = folder.join("import.log");
    let mut import = Command::new(binary);
    import
        .args(["users", "import", "-"])
        .current_dir(folder)
        .env("AUTH_PROFILE", "local")
        .env("AUTH__DATABASE__URL", database.url())
        .env("AUTH__DATABASE__DATA_DIR", folder.join("data"))
        .env("AUTH__SECRETS__SERVER_KEY", STANDARD.encode(SERVER_KEY))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::create(&log)?);
    let started = Instant::now();
    let mut child = import.spawn()?;
    let mut input = BufWriter::new(child.stdin.take().ok_or("no input")?);
    let hash = stored_hash();
    for number in 0..users {
        if number > 0 && number % AT_ONCE == 0 {
            clock.say(&format!("handed {number} of {users} users to the import"));
        }
        let (id, name) = (FIRST_USER + number, username(number));
        writeln!(
            input,
            "{{\"id\":\"{id}\",\"username\":\"{name}\",\"email\":\"{name}@example.com\",\"email_verified\":true,\
             \"password_hash\":\"{hash}\"}}"
        )?;
    }
    input.flush()?;
    drop(input);
    let output = child.wait_with_output()?;
    let summary = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || !summary.contains(&format!("{users} imported")) {
        return Err(format!("the import says {summary} {}", fs::read_to_string(log)?).into());
    }
    Ok(users as f64 / started.elapsed().as_secs_f64())
}

pub(super) fn sessions(database: &Database, users: u64, clock: Clock) -> Result<(), Failure> {
    for first in (0..users).step_by(AT_ONCE as usize) {
        clock.say(&format!("inserting a session of each, {first} of {users} are there"));
        database.insert_sessions(first..(first + AT_ONCE).min(users))?;
    }
    Ok(())
}

/// Copies events of the last two years into the table, whose indexes are made afterwards.
pub(super) fn events(database: &Database, amounts: Amounts, clock: Clock) -> Result<(), Failure> {
    clock.say("dropping the indexes of events");
    let indexes = Indexes::drop(database)?;
    let folder = database.run("SHOW data_directory")?.ok_or("no data directory")?;
    let file = format!("{folder}/events.copy");
    for first in (0..amounts.events).step_by(AT_ONCE as usize) {
        let last = (first + AT_ONCE).min(amounts.events) - 1;
        let row = format!(
            "gen_random_uuid(), now() - (n % {DAYS}) * interval '1 day' - (n % 86400) * interval '1 second', \
             'signed_in', {FIRST_USER} + n % {}, 'user', 'password', 'default', '127.0.0.1'",
            amounts.users
        );
        database
            .run(&format!("COPY (SELECT {row} FROM generate_series({first}, {last}) n) TO '{file}' (FORMAT binary)"))?;
        database.run(&format!(
            "COPY events (id, at, kind, user_id, actor, method, client_id, network) FROM '{file}' (FORMAT binary)"
        ))?;
        clock.say(&format!("copied {} of {} events", last + 1, amounts.events));
    }
    if amounts.events > 0 {
        fs::remove_file(&file)?;
    }
    indexes.make(database, clock)
}

/// The statements that make the indexes of events again, those of constraints first.
struct Indexes(Vec<String>);

impl Indexes {
    fn drop(database: &Database) -> Result<Self, Failure> {
        let constraints = database.rows(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint \
             WHERE conrelid = 'events'::regclass AND contype IN ('p', 'u')",
        )?;
        let others = database.rows(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index \
             WHERE indrelid = 'events'::regclass \
             AND indexrelid NOT IN (SELECT conindid FROM pg_constraint WHERE conrelid = 'events'::regclass)",
        )?;
        let mut again = Vec::new();
        for (is_constraint, row) in
            constraints.iter().map(|row| (true, row)).chain(others.iter().map(|row| (false, row)))
        {
            let [Some(name), Some(definition)] = row.as_slice() else { return Err("an index without a name".into()) };
            let (drop, make) = if is_constraint {
                let alter = "ALTER TABLE events";
                (format!("{alter} DROP CONSTRAINT {name}"), format!("{alter} ADD CONSTRAINT {name} {definition}"))
            } else {
                (format!("DROP INDEX {name}"), definition.clone())
            };
            database.run(&drop)?;
            again.push(make);
        }
        Ok(Self(again))
    }

    fn make(self, database: &Database, clock: Clock) -> Result<(), Failure> {
        self.0.iter().try_for_each(|make| {
            clock.say(make);
            database.run(make).map(drop)
        })
    }
}
