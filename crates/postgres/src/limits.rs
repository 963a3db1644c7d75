//! Rate limits on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_ports::{Failure, RateLimiter};
use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel::sql_types::{Interval, Timestamptz};

use crate::PostgresStores;
use crate::schema::rate_limits;

#[async_trait]
impl RateLimiter for PostgresStores {
    /// `Quota::admit` in SQL: one statement, and a second one only after a refusal, to find out how long to wait.
    async fn admit(&self, key: LimitKey, quota: Quota, now: Timestamp) -> Result<Admission, Failure> {
        let admitted = self.database.statement(move |conn| count(conn, key, quota, now)).await?;
        if admitted {
            return Ok(Admission::Admitted);
        }
        let full_at = self
            .database
            .statement(move |conn| {
                QueryDsl::select(rate_limits::table.find(&key.as_bytes()[..]), rate_limits::full_at)
                    .first(conn)
                    .optional()
            })
            .await?;
        Ok(match quota.admit(full_at, now) {
            (refused @ Admission::Refused { .. }, _) => refused,
            // The row was deleted in between, so the next try will be admitted.
            (Admission::Admitted, _) => Admission::Refused { retry_after: quota.interval() },
        })
    }

    async fn forget(&self, key: LimitKey) -> Result<(), Failure> {
        self.database
            .statement(move |conn| diesel::delete(rate_limits::table.find(&key.as_bytes()[..])).execute(conn).map(drop))
            .await
    }
}

fn count(conn: &mut PgConnection, key: LimitKey, quota: Quota, now: Timestamp) -> QueryResult<bool> {
    let next = || greatest(rate_limits::full_at, now) + quota.interval().into_sql::<Interval>();
    let counted = diesel::insert_into(rate_limits::table)
        .values((rate_limits::key.eq(&key.as_bytes()[..]), rate_limits::full_at.eq(now + quota.interval())))
        .on_conflict(rate_limits::key)
        .do_update()
        .set(rate_limits::full_at.eq(next()));
    // The trait is named because `QueryDsl` has a method of the same name.
    let counted = FilterDsl::filter(counted, next().le(now + quota.per)).execute(conn)?;
    Ok(counted == 1)
}

diesel::define_sql_function! {
    /// Returns the later of two instants.
    fn greatest(one: Timestamptz, other: Timestamptz) -> Timestamptz;
}
