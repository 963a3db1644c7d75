//! Events that were given up, on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::events::NewEvent;
use auth_domain::outbox::{DeadLetter, DeadLetterPage, SubscriberId};
use auth_ports::{DeadLetters, Failure};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use uuid::Uuid;

use super::rows::DeadLetterRow;
use super::send_again::{self, SendAgain};
use crate::PostgresStores;
use crate::layout::Layout;
use crate::schema::dead_letters as letters;

const SWEEPS: [&str; 2] = [
    "DELETE FROM outbox o USING (SELECT bucket, subscriber, ordering_key, recorded_at, id FROM outbox \
        WHERE at < $1 AND due_at < $1 LIMIT $2) d WHERE o.bucket = d.bucket AND o.subscriber = d.subscriber \
        AND o.ordering_key = d.ordering_key AND o.recorded_at = d.recorded_at AND o.id = d.id",
    "DELETE FROM dead_letters WHERE (bucket, subscriber, id) IN \
        (SELECT bucket, subscriber, id FROM dead_letters WHERE died_at < $1 LIMIT $2)",
];

#[async_trait]
impl DeadLetters for PostgresStores {
    async fn list(&self, page: DeadLetterPage) -> Result<Vec<DeadLetter>, Failure> {
        let rows: Vec<DeadLetterRow> = self
            .database
            .statement(move |conn| {
                let mut query = letters::table.into_boxed();
                if let Some(subscriber) = &page.subscriber {
                    query = query.filter(letters::subscriber.eq(subscriber.as_str()));
                }
                if let Some(event) = page.event {
                    query = query.filter(letters::id.eq(event));
                }
                if let Some((at, id, subscriber)) = &page.before {
                    let of_the_instant = letters::died_at.eq(at).and(
                        letters::id.lt(id).or(letters::id.eq(id).and(letters::subscriber.lt(subscriber.as_str()))),
                    );
                    query = query.filter(letters::died_at.lt(at).or(of_the_instant));
                }
                query
                    .order((letters::died_at.desc(), letters::id.desc(), letters::subscriber.desc()))
                    .limit(i64::from(page.limit))
                    .select((
                        (
                            letters::ordering_key,
                            letters::id,
                            letters::failures,
                            letters::kind,
                            letters::recorded_as,
                            letters::user_id,
                            letters::session_id,
                            letters::actor,
                            letters::method,
                            letters::client_id,
                            letters::at,
                        ),
                        letters::subscriber,
                        letters::problem,
                        letters::died_at,
                    ))
                    .load(conn)
            })
            .await?;
        Ok(rows.into_iter().map(DeadLetterRow::into_letter).collect::<Result<_, _>>()?)
    }

    async fn send_again(
        &self,
        subscriber: &SubscriberId,
        ids: Option<Vec<Uuid>>,
        event: NewEvent,
        limit: u16,
    ) -> Result<u64, Failure> {
        let again = SendAgain { subscriber: subscriber.clone(), ids, at: event.at, limit };
        let (layout, listeners) = (self.layout, self.listeners.clone());
        self.database
            .transaction(move |conn| {
                let sent = match layout {
                    Layout::Single => send_again::in_one_statement(conn, &again)?,
                    Layout::Sharded => send_again::by_buckets(conn, &again)?,
                };
                if sent > 0 {
                    listeners.record_in_txn(conn, &event)?;
                }
                Ok(sent as u64)
            })
            .await
    }

    async fn sweep(&self, before: Timestamp, limit: u16) -> Result<u64, Failure> {
        let mut removed = 0;
        for sweep in SWEEPS {
            let rows = self.database.statement(move |conn| {
                diesel::sql_query(sweep)
                    .bind::<Timestamptz, _>(before)
                    .bind::<BigInt, _>(i64::from(limit))
                    .execute(conn)
            });
            removed += rows.await? as u64;
        }
        Ok(removed)
    }
}
