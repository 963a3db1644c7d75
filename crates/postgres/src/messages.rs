//! Messages that wait to be sent, on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::identifier::Schemes;
use auth_domain::messages::{Channel, Language, MessageId, Notice, NoticeKind, QueuedContent, QueuedMessage};
use auth_domain::verifications::VerificationId;
use auth_ports::{Failure, MessageQueue};
use diesel::prelude::*;
use uuid::Uuid;

use crate::PostgresStores;
use crate::schema::messages;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = messages)]
struct MessageRow {
    id: Uuid,
    verification_id: Uuid,
    channel: String,
    address_kind: String,
    address_value: String,
    address_shown: String,
    address_as_sent: String,
    language: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    due_at: Timestamp,
    attempts: i16,
    notice: Option<String>,
    about: Option<Vec<String>>,
}

/// What stands before the channel of a notice, so that a program that knows no notices does not deliver it as a code.
const NOTICE: &str = "notice:";

impl MessageRow {
    /// Returns `None` for an address or a channel of a kind that is no longer registered, and for a notice of a kind that
    /// a newer program has written, because nobody here could deliver the message.
    fn into_message(self, schemes: &Schemes) -> Option<QueuedMessage> {
        let (channel, content) = match self.notice {
            None => (&*self.channel, QueuedContent::Code(VerificationId::from_uuid(self.verification_id))),
            Some(kind) => {
                let notice = Notice { kind: NoticeKind::from_name(&kind)?, about: self.about.unwrap_or_default() };
                (self.channel.strip_prefix(NOTICE)?, QueuedContent::Notice(notice))
            }
        };
        Some(QueuedMessage {
            id: MessageId::from_uuid(self.id),
            content,
            channel: schemes.channel(channel)?,
            to: schemes.restore(&self.address_kind, self.address_value, self.address_shown)?,
            address_as_sent: self.address_as_sent,
            language: Language::choose(&self.language).unwrap_or_default(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            attempts: u16::try_from(self.attempts - 1).unwrap_or(0),
        })
    }
}

#[async_trait]
impl MessageQueue for PostgresStores {
    async fn claim_due(
        &self,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u16,
    ) -> Result<Vec<QueuedMessage>, Failure> {
        let mut rows: Vec<MessageRow> = self
            .database
            .transaction(move |conn| {
                let due: Vec<Uuid> = messages::table
                    .filter(messages::due_at.le(now))
                    .order((messages::due_at, messages::created_at))
                    .limit(i64::from(limit))
                    .select(messages::id)
                    .for_update()
                    .skip_locked()
                    .load(conn)?;
                let leased = diesel::update(messages::table.filter(messages::id.eq_any(due)))
                    .set((messages::due_at.eq(leased_until), messages::attempts.eq(messages::attempts + 1)))
                    .returning(MessageRow::as_returning())
                    .load(conn)?;
                Ok(leased)
            })
            .await?;
        rows.sort_by_key(|row| row.created_at);
        Ok(rows.into_iter().filter_map(|row| row.into_message(&self.schemes)).collect())
    }

    async fn remove(&self, id: MessageId) -> Result<(), Failure> {
        self.database
            .statement(move |conn| diesel::delete(messages::table.find(id.as_uuid())).execute(conn).map(drop))
            .await
    }

    async fn retry_at(&self, id: MessageId, at: Timestamp) -> Result<(), Failure> {
        self.database
            .statement(move |conn| {
                diesel::update(messages::table.find(id.as_uuid())).set(messages::due_at.eq(at)).execute(conn).map(drop)
            })
            .await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, Failure> {
        self.database.statement(|conn| messages::table.select(diesel::dsl::min(messages::due_at)).first(conn)).await
    }
}

impl From<QueuedMessage> for MessageRow {
    fn from(message: QueuedMessage) -> Self {
        let id = message.id.as_uuid();
        let (verification_id, channel, notice, about) = match message.content {
            QueuedContent::Code(verification) => (verification.as_uuid(), channel_of(message.channel, ""), None, None),
            QueuedContent::Notice(Notice { kind, about }) => {
                (id, channel_of(message.channel, NOTICE), Some(kind.name().to_owned()), Some(about))
            }
        };
        Self {
            id,
            verification_id,
            channel,
            address_kind: message.to.kind().name().to_owned(),
            address_value: message.to.canonical().to_owned(),
            address_shown: message.to.shown().to_owned(),
            address_as_sent: message.address_as_sent,
            language: message.language.tag().to_owned(),
            created_at: message.created_at,
            expires_at: message.expires_at,
            due_at: message.created_at,
            attempts: 0,
            notice,
            about,
        }
    }
}

fn channel_of(channel: Channel, prefix: &str) -> String {
    format!("{prefix}{}", channel.name())
}

/// Queues messages that nobody has tried to send, due when they were written. Without messages it does nothing.
pub(crate) fn queue_messages_in_txn(conn: &mut PgConnection, messages: Vec<QueuedMessage>) -> QueryResult<()> {
    if messages.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = messages.into_iter().map(MessageRow::from).collect();
    diesel::insert_into(messages::table).values(rows).execute(conn).map(drop)
}
