//! Messages that a clock which ran ahead has put off.

use auth_domain::Timestamp;
use auth_ports::{Failure, LatestDue};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, SmallInt, Timestamptz, Uuid as SqlUuid};

use super::bucket::{Found, by_bucket};
use crate::database::Database;

/// Looks at the far end of the index of claims, where hardly anything is, so that claims need not ask for it.
const LATE: &str = "SELECT bucket, id FROM messages \
     WHERE due_at > least($1, $2) AND due_at > CASE WHEN notice IS NULL THEN $1 ELSE $2 END LIMIT $3";

/// Makes what was found in one bucket due, if nobody has done so in between. What another call holds at this moment is left
/// to it. The bucket is named as in a claim.
const HASTEN: &str = "WITH late AS (SELECT id FROM messages \
     WHERE bucket = $1 AND id = ANY($2) AND due_at > CASE WHEN notice IS NULL THEN $3 ELSE $4 END \
     FOR UPDATE SKIP LOCKED) \
     UPDATE messages u SET due_at = $5 FROM late l WHERE u.bucket = $1 AND u.id = l.id";

/// Asks the buckets in which something was found, one after another.
pub(super) async fn hasten(database: &Database, now: Timestamp, latest: LatestDue, limit: u16) -> Result<u64, Failure> {
    let LatestDue { codes, notices } = latest;
    let late = database.statement(move |conn| {
        diesel::sql_query(LATE)
            .bind::<Timestamptz, _>(codes)
            .bind::<Timestamptz, _>(notices)
            .bind::<BigInt, _>(i64::from(limit))
            .load::<Found>(conn)
    });
    let mut hastened = 0;
    for (bucket, ids) in by_bucket(late.await?, now) {
        let in_bucket = database.statement(move |conn| {
            diesel::sql_query(HASTEN)
                .bind::<SmallInt, _>(bucket)
                .bind::<Array<SqlUuid>, _>(&ids)
                .bind::<Timestamptz, _>(codes)
                .bind::<Timestamptz, _>(notices)
                .bind::<Timestamptz, _>(now)
                .execute(conn)
        });
        match in_bucket.await {
            Ok(rows) => hastened += rows as u64,
            Err(error) if hastened == 0 => return Err(error),
            // The others are found the next time.
            Err(_) => break,
        }
    }
    Ok(hastened)
}
