//! Running a step while others use the tables.

use std::thread::sleep;
use std::time::Duration;

use auth_ports::Cause;
use diesel::connection::SimpleConnection as _;
use diesel::migration::Migration;
use diesel::pg::{Pg, PgConnection};
use diesel_migrations::MigrationHarness as _;
use tokio::time::Instant;

/// How long a step waits for a lock. Whoever wants the table meanwhile waits behind it.
const PATIENCE: Duration = Duration::from_millis(100);
const PATIENT: &str = "SET lock_timeout = '100ms'";
const ENDLESSLY: &str = "SET lock_timeout = 0";
/// How long others are let pass before the lock is asked for again.
const PAUSE: Duration = Duration::from_millis(200);
/// How often a step is attempted, which takes a minute at least.
const ATTEMPTS: u32 = 200;

/// The indexes that are built while others write, by the version of the step that builds them.
const BUILT_ONLINE: [(&str, &str); 8] = [
    ("20261130000002", "events_without_position_idx"),
    ("20261130000003", "events_feed_position_idx"),
    ("20261201000021", "credentials_cost_idx"),
    ("20261203000012", "identifiers_account_idx"),
    ("20261203000013", "external_identities_account_idx"),
    ("20261203000017", "events_account_idx"),
    ("20261203000051", "identifiers_beginning_idx"),
    ("20261203000072", "messages_bucket_idx"),
];

/// Runs a step and returns its version. A step that is a transaction gives way: if it does not get a lock soon, it lets
/// others pass and starts again. `sets_limits` says whether limits can be set for the session.
pub(super) fn run_gently(
    conn: &mut PgConnection,
    step: &dyn Migration<Pg>,
    sets_limits: bool,
) -> Result<String, Cause> {
    if !step.metadata().run_in_transaction() {
        drop_leftover(conn, &step.name().version().to_string())?;
        return Ok(conn.run_migration(step)?.to_string());
    }
    if !sets_limits {
        return Ok(conn.run_migration(step)?.to_string());
    }
    let mut attempt = 1;
    loop {
        conn.batch_execute(PATIENT)?;
        let began = Instant::now();
        match conn.run_migration(step) {
            // What failed sooner did not fail because of the limit.
            Err(_) if began.elapsed() >= PATIENCE && attempt < ATTEMPTS => sleep(PAUSE),
            ran => {
                let version = ran?.to_string();
                conn.batch_execute(ENDLESSLY)?;
                return Ok(version);
            }
        }
        attempt += 1;
    }
}

/// Removes the index that an interrupted attempt at the step has left, which may be incomplete.
fn drop_leftover(conn: &mut PgConnection, version: &str) -> Result<(), Cause> {
    if let Some((_, index)) = BUILT_ONLINE.iter().find(|(step, _)| *step == version) {
        conn.batch_execute(&format!("DROP INDEX CONCURRENTLY IF EXISTS {index}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn each_index_that_is_built_online_is_known() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut built = Vec::new();
        for folder in [here.join("../../migrations"), here.join("contract")] {
            for step in fs::read_dir(folder).expect("steps").map(|step| step.expect("a step").path()) {
                let name = step.file_name().expect("a name").to_string_lossy().into_owned();
                let up = fs::read_to_string(step.join("up.sql")).unwrap_or_default();
                if let Some((_, rest)) = up.split_once(" INDEX CONCURRENTLY ") {
                    let index = rest.split(' ').next().expect("a name");
                    built.push((name[..14].to_owned(), index.to_owned()));
                }
            }
        }
        built.sort();
        let known = BUILT_ONLINE.map(|(version, index)| (version.to_owned(), index.to_owned()));
        assert_eq!(known.to_vec(), built, "left: known, right: built");
    }
}
