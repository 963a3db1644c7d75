//! The content of an extension, as the server takes it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use auth_domain::external_identities::ProviderId;
use auth_domain::messages::{Channel, Templates};
use auth_http::endpoints::Endpoints;
use auth_ports::{IdentityProvider, MessageSender};
use auth_settings::{Problem, SectionKind};

use crate::{Additions, Kit, Storage};

/// Sets up an SMS vendor with the section that it has read.
pub type MakeSmsSender = Arc<dyn Fn(&Kit) -> Result<Arc<dyn MessageSender>, Problem> + Send + Sync>;
/// Sets up a sender with the section that it has read. Returns `None` if nothing is set for it.
pub type MakeSender = Arc<dyn Fn(&Kit) -> Result<Option<Arc<dyn MessageSender>>, Problem> + Send + Sync>;
/// Sets up a provider of this name with the section that it has read.
pub type MakeProvider = Arc<dyn Fn(ProviderId, &Kit) -> Result<Arc<dyn IdentityProvider>, Problem> + Send + Sync>;
/// Makes what an extension adds, with the section that it has read.
pub type MakeAdditions = Arc<dyn Fn(&Kit) -> Result<Additions, Problem> + Send + Sync>;
/// Makes what an extension adds for a section of this name, with the section that it has read.
pub type MakeNamedAdditions = Arc<dyn Fn(&str, &Kit) -> Result<Additions, Problem> + Send + Sync>;
/// Opens a storage with the section that it has read and with what extensions add to the stores.
pub type MakeStorage = Arc<dyn Fn(&[StorePart], &Kit) -> Result<Box<dyn Storage>, Problem> + Send + Sync>;

/// An SMS vendor.
#[derive(Clone)]
pub struct SmsVendor {
    /// Its name and its section, `[sms.<name>]`.
    pub kind: SectionKind<MakeSmsSender>,
    /// Whether it shows messages instead of sending them. It then needs no list of countries, and production refuses
    /// it.
    pub only_shows: bool,
}

/// A kind of identity provider.
#[derive(Clone)]
pub struct ProviderKind {
    /// Its name and its section, `[providers.<id>]`.
    pub kind: SectionKind<MakeProvider>,
}

/// A sender for one channel.
#[derive(Clone)]
pub struct SenderKind {
    /// The channel that it sends by.
    pub channel: Channel,
    /// The name of its section, and the section.
    pub kind: SectionKind<MakeSender>,
}

/// A section of an extension's own.
#[derive(Clone)]
pub struct OwnSection {
    /// Its name, and the section.
    pub kind: SectionKind<MakeAdditions>,
}

/// Sections of an extension's own, each under a name that the operator chooses.
#[derive(Clone)]
pub struct NamedSections {
    /// The place of the sections, and their type.
    pub kind: SectionKind<MakeNamedAdditions>,
}

/// A storage in place of PostgreSQL.
#[derive(Clone)]
pub struct StorageKind {
    /// The name of its section, and the section.
    pub kind: SectionKind<MakeStorage>,
}

/// Something that stores are made with. The extension and the storage agree on its type.
#[derive(Clone)]
pub struct StorePart {
    /// The extension that registered it.
    pub owner: String,
    part: Arc<dyn Any + Send + Sync>,
}

impl StorePart {
    /// Makes a part that `owner` registers.
    pub fn new(owner: impl Into<String>, part: impl Any + Send + Sync) -> Self {
        Self { owner: owner.into(), part: Arc::new(part) }
    }

    /// Returns the part if it has this type.
    #[must_use]
    pub fn get<P: Any>(&self) -> Option<&P> {
        self.part.downcast_ref()
    }
}

/// Everything that an extension registers.
#[derive(Clone, Default)]
pub struct Registrations {
    /// The extension's name.
    pub name: String,
    /// SMS vendors.
    pub sms_vendors: Vec<SmsVendor>,
    /// Kinds of identity providers.
    pub provider_kinds: Vec<ProviderKind>,
    /// Senders for other channels.
    pub senders: Vec<SenderKind>,
    /// Sections of its own.
    pub sections: Vec<OwnSection>,
    /// Sections of its own under names that the operator chooses.
    pub named_sections: Vec<NamedSections>,
    /// Endpoints on the public listener.
    pub endpoints: Vec<Endpoints>,
    /// Endpoints on the admin listener.
    pub admin_endpoints: Vec<Endpoints>,
    /// Additions that need no settings.
    pub additions: Additions,
    /// Texts of messages.
    pub templates: Templates,
    /// Parts that stores are made with.
    pub store_parts: Vec<StorePart>,
    /// The storage that replaces PostgreSQL.
    pub storage: Option<StorageKind>,
}

impl fmt::Debug for Registrations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registrations")
            .field("name", &self.name)
            .field("sms_vendors", &self.sms_vendors.iter().map(|vendor| vendor.kind.name()).collect::<Vec<_>>())
            .field("provider_kinds", &self.provider_kinds.iter().map(|kind| kind.kind.name()).collect::<Vec<_>>())
            .field("senders", &self.senders.iter().map(|sender| sender.kind.name()).collect::<Vec<_>>())
            .field("sections", &self.sections.iter().map(|section| section.kind.name()).collect::<Vec<_>>())
            .field("named_sections", &self.named_sections.iter().map(|place| place.kind.name()).collect::<Vec<_>>())
            .field("endpoints", &self.endpoints.iter().map(Endpoints::name).collect::<Vec<_>>())
            .field("admin_endpoints", &self.admin_endpoints.iter().map(Endpoints::name).collect::<Vec<_>>())
            .field("additions", &self.additions)
            .finish_non_exhaustive()
    }
}
