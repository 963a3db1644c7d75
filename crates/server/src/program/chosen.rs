//! Adapters that are chosen and configured, but not built yet.

use auth_domain::external_identities::ProviderId;
use auth_domain::messages::Channel;
use auth_extension::{MakeProvider, MakeSender, MakeSmsSender, MakeStorage};

/// The vendor of text messages.
pub(crate) struct ChosenVendor {
    pub(crate) name: String,
    pub(crate) make: MakeSmsSender,
    pub(crate) only_shows: bool,
}

/// A sender with its section.
pub(crate) struct ConfiguredSender {
    pub(crate) channel: Channel,
    pub(crate) section: String,
    pub(crate) make: MakeSender,
}

/// A third party with its section.
pub(crate) struct ConfiguredProvider {
    pub(crate) id: ProviderId,
    pub(crate) make: MakeProvider,
}

/// A storage in place of PostgreSQL, with its section.
pub(super) struct ConfiguredStorage {
    pub(super) section: String,
    pub(super) open: MakeStorage,
}
