//! The row of a message.

use auth_domain::Timestamp;
use auth_domain::identifier::Schemes;
use auth_domain::messages::{Channel, Language, MessageId, Notice, NoticeKind, QueuedContent, QueuedMessage};
use auth_domain::verifications::{Verification, VerificationId};
use auth_ports::SendRequest;
use diesel::prelude::*;
use uuid::Uuid;

use super::bucket::bucket_of;
use crate::schema::messages;
use crate::values::{Row, Value};

#[derive(QueryableByName, Insertable)]
#[diesel(table_name = messages)]
pub(super) struct MessageRow {
    bucket: i16,
    id: Uuid,
    verification_id: Uuid,
    channel: String,
    address_kind: String,
    address_value: String,
    address_shown: String,
    address_as_sent: String,
    language: String,
    pub(super) created_at: Timestamp,
    expires_at: Timestamp,
    pub(super) due_at: Timestamp,
    pub(super) attempts: i16,
    notice: Option<String>,
    about: Option<Vec<String>>,
}

/// What stands before the channel of a notice, so that a program that knows no notices does not deliver it as a code.
pub(super) const NOTICE: &str = "notice:";

impl MessageRow {
    /// Returns `None` for an address or a channel of a kind that is no longer registered, and for a notice of a kind that
    /// a newer program has written, because nobody here could deliver the message.
    pub(super) fn into_message(self, schemes: &Schemes) -> Option<QueuedMessage> {
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
            bucket: bucket_of(message.id),
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

/// The row of the message with a verification's code, due at once or leased to whoever asked.
pub(crate) fn code_row<'a>(request: &'a SendRequest, verification: &Verification) -> Row<'a> {
    let (due_at, attempts) = request.leased_until.map_or((request.now, 0), |until| (until, 1));
    Row {
        into: "messages (bucket, id, verification_id, channel, address_kind, address_value, address_shown, \
               address_as_sent, language, created_at, expires_at, due_at, attempts)",
        values: vec![
            Value::SmallInt(Some(bucket_of(request.message))),
            Value::Uuid(Some(request.message.as_uuid())),
            Value::Uuid(Some(verification.id.as_uuid())),
            Value::Text(Some(request.channel.name())),
            Value::Text(Some(request.address.kind().name())),
            Value::Text(Some(request.address.canonical())),
            Value::Text(Some(request.address.shown())),
            Value::Text(Some(&request.address_as_sent)),
            Value::Text(Some(request.language.tag())),
            Value::Time(Some(request.now)),
            Value::Time(Some(verification.expires_at)),
            Value::Time(Some(due_at)),
            Value::BigInt(Some(attempts)),
        ],
    }
}

fn channel_of(channel: Channel, prefix: &str) -> String {
    format!("{prefix}{}", channel.name())
}
