//! Rows of the queue, and how they become domain values.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::outbox::{DeadLetter, OutgoingEvent, OutgoingKind, QueuedEvent, SubscriberId};
use auth_domain::sessions::SessionId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::rows::{Corrupt, corrupt};

/// A row of either table.
#[derive(Queryable, QueryableByName)]
pub(super) struct OutgoingRow {
    #[diesel(sql_type = BigInt)]
    pub(super) ordering_key: i64,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SmallInt)]
    failures: i16,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    recorded_as: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    user_id: Option<i64>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    session_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Nullable<Text>)]
    method: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    client_id: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    at: Timestamp,
}

impl OutgoingRow {
    pub(super) fn into_queued(self) -> Result<QueuedEvent, Corrupt> {
        let failures = u16::try_from(self.failures).unwrap_or_default();
        Ok(QueuedEvent { failures, event: self.into_event()? })
    }

    fn into_event(self) -> Result<OutgoingEvent, Corrupt> {
        Ok(OutgoingEvent {
            id: self.id,
            kind: OutgoingKind::from_name(&self.kind).ok_or_else(|| corrupt("kind of event"))?,
            recorded_as: self.recorded_as,
            user: self.user_id.map(UserId::from_i64),
            session: self.session_id.map(SessionId::from_uuid),
            actor: self.actor,
            method: self.method,
            client: self.client_id.and_then(|id| ClientId::parse(&id).ok()),
            at: self.at,
        })
    }
}

#[derive(Queryable)]
pub(super) struct DeadLetterRow {
    event: OutgoingRow,
    subscriber: String,
    problem: String,
    died_at: Timestamp,
}

impl DeadLetterRow {
    pub(super) fn into_letter(self) -> Result<DeadLetter, Corrupt> {
        let QueuedEvent { event, failures } = self.event.into_queued()?;
        let subscriber = subscriber_id(&self.subscriber)?;
        Ok(DeadLetter { subscriber, event, failures, problem: self.problem, died_at: self.died_at })
    }
}

pub(super) fn subscriber_id(name: &str) -> Result<SubscriberId, Corrupt> {
    SubscriberId::parse(name).map_err(|_| corrupt("subscriber's name"))
}
