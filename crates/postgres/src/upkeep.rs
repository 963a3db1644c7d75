//! Upkeep on PostgreSQL: expired rows are removed, a bounded number at a time.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::known_devices::{DeviceMarks, KNOWN_FOR};
use auth_ports::{Failure, Halt, NotReady, UpkeepStore, refuse};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};

use crate::PostgresStores;
use crate::condition::is_read_only;
use crate::known_devices::sweep_sessions_in_txn;
use crate::layout::Layout;
use crate::limits::sweep_by_rows;
use crate::migrations::newest_migration;

/// One statement per table from which rows only go. Where rows are locked, they are selected by a `WITH`, which runs once:
/// a subquery that the database runs again finds other rows than before, and then the limit does not hold.
const SWEEPS: [&str; 5] = [
    "DELETE FROM verifications WHERE id IN (SELECT id FROM verifications WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM proofs WHERE hash IN (SELECT hash FROM proofs WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM proof_evidence WHERE evidence IN \
        (SELECT evidence FROM proof_evidence WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM provider_flows WHERE key IN (SELECT key FROM provider_flows WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM send_budgets WHERE (kind, value) IN (SELECT kind, value FROM send_budgets \
        WHERE cardinality(sent_at) = 0 OR sent_at[cardinality(sent_at)] < $1 LIMIT $2)",
];
/// Requests lock several limits in the order of their keys; here there is no order, so nothing is waited for.
const SWEEP_LIMITS: &str = "WITH unused AS (SELECT key FROM rate_limits WHERE full_at < $1 LIMIT $2 \
    FOR UPDATE SKIP LOCKED) DELETE FROM rate_limits l USING unused u WHERE l.key = u.key";
const SWEEP_KNOWN_DEVICES: &str = "DELETE FROM known_devices WHERE (user_id, mark) IN \
    (SELECT user_id, mark FROM known_devices WHERE last_seen < $1 LIMIT $2)";

#[async_trait]
impl UpkeepStore for PostgresStores {
    async fn sweep(&self, before: Timestamp, limit: u16, marks: &DeviceMarks) -> Result<u64, Failure> {
        let marks = marks.clone();
        let sessions = move |conn: &mut PgConnection| sweep_sessions_in_txn(conn, before, limit, &marks);
        let mut removed = self.database.patiently().transaction(sessions).await?;
        for sweep in SWEEPS {
            removed += self.remove(sweep, before, limit).await?;
        }
        removed += match self.layout {
            Layout::Single => self.remove(SWEEP_LIMITS, before, limit).await?,
            // Engines that spread tables lock no rows in a statement for all nodes.
            Layout::Sharded => sweep_by_rows(&self.database.patiently(), before, limit).await?,
        };
        Ok(removed + self.remove(SWEEP_KNOWN_DEVICES, before - KNOWN_FOR, limit).await?)
    }

    async fn schema_version(&self) -> Result<Option<String>, Failure> {
        self.database.statement(newest_migration).await
    }

    /// Looks again on new connections before it says that the server can only be read: another one may have taken its
    /// place.
    async fn check_ready(&self) -> Result<(), Halt<NotReady>> {
        for _ in 0..2 {
            let migrations = self.migrations.clone();
            let look = move |conn: &mut PgConnection| Ok((is_read_only(conn)?, migrations.standing(conn)?));
            match self.database.statement(look).await? {
                (true, _) => self.database.leave_what_is_read_only(),
                (false, schema) if schema.needs.is_some() => return refuse(NotReady::ProgramIsBehind),
                (false, schema) if !schema.pending.is_empty() => return refuse(NotReady::SchemaIsBehind),
                (false, _) => return Ok(()),
            }
        }
        refuse(NotReady::ReadOnly)
    }
}

impl PostgresStores {
    async fn remove(&self, sweep: &'static str, before: Timestamp, limit: u16) -> Result<u64, Failure> {
        let removing = move |conn: &mut PgConnection| {
            let sweep = diesel::sql_query(sweep).bind::<Timestamptz, _>(before);
            sweep.bind::<BigInt, _>(i64::from(limit)).execute(conn)
        };
        Ok(self.database.patiently().statement(removing).await? as u64)
    }
}
