//! Removing what is over, a bounded number of rows at a time.

use auth_domain::Timestamp;
use auth_ports::StoreError;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};

use crate::database::Database;

/// One statement a table. Ended sessions stay until they would have expired: replays are told by them.
const SWEEPS: [&str; 5] = [
    "DELETE FROM sessions WHERE (user_id, id) IN \
        (SELECT user_id, id FROM sessions WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM verifications WHERE id IN (SELECT id FROM verifications WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM proofs WHERE hash IN (SELECT hash FROM proofs WHERE expires_at < $1 LIMIT $2)",
    "DELETE FROM send_budgets WHERE (kind, value) IN (SELECT kind, value FROM send_budgets \
        WHERE cardinality(sent_at) = 0 OR sent_at[cardinality(sent_at)] < $1 LIMIT $2)",
    "DELETE FROM rate_limits WHERE key IN (SELECT key FROM rate_limits WHERE full_at < $1 LIMIT $2)",
];

pub(super) async fn sweep(database: &Database, before: Timestamp, limit: u16) -> Result<u64, StoreError> {
    let mut removed = 0;
    for sweep in SWEEPS {
        let rows = database.statement(move |conn| {
            diesel::sql_query(sweep).bind::<Timestamptz, _>(before).bind::<BigInt, _>(i64::from(limit)).execute(conn)
        });
        removed += rows.await? as u64;
    }
    Ok(removed)
}
