//! Upkeep on PostgreSQL: expired rows are removed, a bounded number at a time.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_ports::{Failure, UpkeepStore};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};

use crate::PostgresStores;

/// One statement per table. Ended sessions stay until they would have expired, because replays are recognised by
/// them.
const SWEEPS: [&str; 5] = [
    "DELETE FROM sessions WHERE (user_id, id) IN \
        (SELECT user_id, id FROM sessions WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM verifications WHERE id IN (SELECT id FROM verifications WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM proofs WHERE hash IN (SELECT hash FROM proofs WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM send_budgets WHERE (kind, value) IN (SELECT kind, value FROM send_budgets \
        WHERE cardinality(sent_at) = 0 OR sent_at[cardinality(sent_at)] < $1 LIMIT $2)",
    // Requests lock several limits in the order of their keys; here there is no order, so nothing is waited for.
    "DELETE FROM rate_limits WHERE key IN (SELECT key FROM rate_limits WHERE full_at < $1 LIMIT $2 \
        FOR UPDATE SKIP LOCKED)",
];

#[async_trait]
impl UpkeepStore for PostgresStores {
    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure> {
        let mut removed = 0;
        for sweep in SWEEPS {
            let rows = self.database.statement(move |conn| {
                let sweep = diesel::sql_query(sweep).bind::<Timestamptz, _>(before);
                sweep.bind::<BigInt, _>(i64::from(limit)).execute(conn)
            });
            removed += rows.await? as u64;
        }
        Ok(removed)
    }

    async fn check_ready(&self) -> Result<(), Failure> {
        let migrations = self.migrations.clone();
        let pending = self.database.statement(move |conn| migrations.is_pending(conn)).await?;
        if pending { Err(Failure::unavailable("migrations are pending")) } else { Ok(()) }
    }
}
