//! The rules of one kind.

use super::{AddressGroup, Identifier, IdentifierError, IdentifierKind};
use crate::messages::Channel;
use crate::typed::pasted;

/// The rules for spelling one kind of identifier.
pub trait IdentifierScheme: Send + Sync {
    /// The kind that this scheme parses.
    fn kind(&self) -> IdentifierKind;

    /// Reads `raw`. Parsing the shown or the canonical form of the result gives the same canonical
    /// form again.
    ///
    /// # Errors
    /// [`IdentifierError`] when `raw` is not a spelling of this kind. Never panics.
    fn parse(&self, raw: &str) -> Result<Identifier, IdentifierError>;

    /// Reads `raw` where somebody is looked up. It may accept more than [`Self::parse`]: what earlier versions accepted,
    /// and what the operator no longer does.
    fn recognise(&self, raw: &str) -> Option<Identifier> {
        self.parse(raw).ok()
    }

    /// Reads `raw` where an operator looks somebody up, who copies names from elsewhere: as [`Self::parse`] does, or as
    /// [`Self::recognise`] reads what was pasted.
    ///
    /// # Errors
    /// [`IdentifierError`] when `raw` is no spelling of this kind for either of them.
    fn look_up(&self, raw: &str) -> Result<Identifier, IdentifierError> {
        self.parse(raw).or_else(|refusal| self.recognise(&pasted(raw)).ok_or(refusal))
    }

    /// What the canonical form begins with of identifiers that begin with `raw`, as people write it. There may be several,
    /// or none if no identifier of this kind begins so.
    fn beginnings(&self, raw: &str) -> Vec<String> {
        // A team's canonical form may contain full-width characters, so the text is searched for unfolded too.
        let mut texts = vec![raw.trim().to_ascii_lowercase(), pasted(raw).to_ascii_lowercase()];
        texts.dedup();
        texts.retain(|text| !text.is_empty());
        texts
    }

    /// How a message reaches the person behind it; `None` for a name that was merely chosen.
    /// Only kinds with a channel can be proven, and they enter an account only when proven.
    fn channel(&self) -> Option<Channel>;

    /// Checks whether messages reach who has this identifier, if there is a channel.
    ///
    /// # Errors
    /// [`IdentifierError`] when none may be sent there.
    fn check_reachable(&self, identifier: &Identifier) -> Result<(), IdentifierError> {
        let _ = identifier;
        Ok(())
    }

    /// The groups that an address belongs to. Messages to the addresses of one group are limited together, so whoever
    /// has many addresses at hand does not get as many messages.
    fn groups(&self, _of: &Identifier) -> Vec<AddressGroup> {
        Vec::new()
    }

    /// Does before the first request what takes long and is done once, so that no request pays for it.
    fn warm_up(&self) {}
}
