//! Telling owners what happens to their accounts.

use crate::Timestamp;
use crate::accounts::Account;
use crate::identifier::{Identifier, IdentifierKind};
use crate::messages::{Channel, Language, MessageId, NOTICE_TTL, Notice, QueuedContent, QueuedMessage};
use crate::secret_bytes::SecretHash;

/// How the owner of an account is told of what a write does to it. Whom to tell is decided by the store, which knows the
/// account as it was just before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Telling {
    /// Random bytes, of which the ids of the messages are made.
    pub seed: [u8; 16],
    /// The language of the request, for users whose profile does not say which one they read.
    pub language: Option<Language>,
    /// The kinds of identifiers that reach a person, and how.
    pub channels: Vec<(IdentifierKind, Channel)>,
}

impl Telling {
    /// Returns each notice as a message to every address that the account has `before` the change, proven or not: whoever
    /// replaces an address cannot keep its owner from hearing of it.
    #[must_use]
    pub fn messages(&self, notices: &[Notice], before: &Account, at: Timestamp) -> Vec<QueuedMessage> {
        let locale = before.profile.locale.as_deref().and_then(Language::choose);
        let language = locale.or(self.language).unwrap_or_default();
        let addresses = || before.identifiers.iter().filter_map(|held| self.reached(&held.identifier));
        let told = notices.iter().flat_map(|notice| addresses().map(move |address| (notice, address)));
        let messages = told.zip(0_u16..).map(|((notice, (to, channel)), number)| QueuedMessage {
            id: self.id(number),
            content: QueuedContent::Notice(notice.clone()),
            to: to.clone(),
            address_as_sent: to.shown().to_owned(),
            channel,
            language,
            created_at: at,
            expires_at: at + NOTICE_TTL,
            attempts: 0,
        });
        messages.collect()
    }

    /// Whether identifiers of this kind reach a person, and are not merely chosen.
    pub(super) fn reaches(&self, kind: IdentifierKind) -> bool {
        self.channels.iter().any(|(reached, _)| *reached == kind)
    }

    fn reached<'a>(&self, address: &'a Identifier) -> Option<(&'a Identifier, Channel)> {
        let (_, channel) = self.channels.iter().find(|(kind, _)| *kind == address.kind())?;
        Some((address, *channel))
    }

    fn id(&self, number: u16) -> MessageId {
        let hash = SecretHash::of(&[self.seed.as_slice(), &number.to_be_bytes()].concat());
        MessageId::new(std::array::from_fn(|at| hash.as_bytes()[at]))
    }
}
