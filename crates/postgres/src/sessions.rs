//! Sessions on PostgreSQL.

use async_trait::async_trait;
use auth_domain::events::NewEvent;
use auth_domain::sessions::NewSession;
use auth_ports::{BeginOutcome, SessionStore, StoreError};
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::PostgresStores;
use crate::database::Abort;
use crate::rows::{EventRow, SessionRow};
use crate::schema::{events, sessions, users};

#[async_trait]
impl SessionStore for PostgresStores {
    async fn begin_repeated(&self, session: NewSession, event: NewEvent) -> Result<BeginOutcome, StoreError> {
        self.database
            .transaction(move |conn| {
                let allowed =
                    is_active_in_txn(conn, session.user.as_i64())? && !was_used_in_txn(conn, session.user.as_i64())?;
                if !allowed {
                    return Ok::<_, Abort<StoreError>>(BeginOutcome::Refused);
                }
                insert_session_in_txn(conn, &session)?;
                insert_event_in_txn(conn, &event)?;
                Ok(BeginOutcome::Begun)
            })
            .await
    }
}

/// Locks the user's row, so that a block or a deletion waits or is seen.
fn is_active_in_txn(conn: &mut PgConnection, user: i64) -> QueryResult<bool> {
    let status: Option<String> = users::table.find(user).select(users::status).for_update().first(conn).optional()?;
    Ok(status.as_deref() == Some("ACTIVE"))
}

fn was_used_in_txn(conn: &mut PgConnection, user: i64) -> QueryResult<bool> {
    let used = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::generation.gt(0).or(sessions::ended_at.is_not_null()));
    diesel::select(exists(used)).get_result(conn)
}

pub(crate) fn insert_session_in_txn(conn: &mut PgConnection, session: &NewSession) -> QueryResult<()> {
    diesel::insert_into(sessions::table).values(SessionRow::from(session)).execute(conn).map(drop)
}

pub(crate) fn insert_event_in_txn(conn: &mut PgConnection, event: &NewEvent) -> QueryResult<()> {
    diesel::insert_into(events::table).values(EventRow::from(event)).execute(conn).map(drop)
}
