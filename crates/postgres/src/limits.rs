//! Rate limits on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_ports::{RateLimiter, StoreError};
use diesel::prelude::*;

use crate::PostgresStores;
use crate::database::Abort;
use crate::schema::rate_limits;

#[async_trait]
impl RateLimiter for PostgresStores {
    async fn admit(&self, key: LimitKey, quota: Quota, now: Timestamp) -> Result<Admission, StoreError> {
        self.database
            .transaction(move |conn| {
                let full_at = lock_in_txn(conn, key, now)?;
                let (admission, full_at) = quota.admit(Some(full_at), now);
                if admission == Admission::Admitted {
                    diesel::update(rate_limits::table.find(&key.as_bytes()[..]))
                        .set(rate_limits::full_at.eq(full_at))
                        .execute(conn)?;
                }
                Ok::<_, Abort<StoreError>>(admission)
            })
            .await
    }

    async fn forget(&self, key: LimitKey) -> Result<(), StoreError> {
        self.database
            .statement(move |conn| diesel::delete(rate_limits::table.find(&key.as_bytes()[..])).execute(conn).map(drop))
            .await
    }
}

/// The key's state, locked until the transaction ends. A first occurrence makes the row.
fn lock_in_txn(conn: &mut PgConnection, key: LimitKey, now: Timestamp) -> QueryResult<Timestamp> {
    diesel::insert_into(rate_limits::table)
        .values((rate_limits::key.eq(&key.as_bytes()[..]), rate_limits::full_at.eq(now)))
        .on_conflict_do_nothing()
        .execute(conn)?;
    rate_limits::table.find(&key.as_bytes()[..]).select(rate_limits::full_at).for_update().first(conn)
}
