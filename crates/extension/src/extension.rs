//! A bundle of registrations.

use std::any::Any;
use std::sync::Arc;

use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::IdentifierScheme;
use auth_domain::messages::{Channel, Templates};
use auth_domain::outbox::{OutgoingEvent, OutgoingKinds};
use auth_domain::sign_up::Scenario;
use auth_http::endpoints::Endpoints;
use auth_ports::{EventHandler, HandleError, IdentityProvider, MessageSender, Rule};
use auth_settings::{Problem, Section, SectionKind};

use crate::registrations::{
    MakeAdditions, MakeNamedAdditions, MakeProvider, MakeSender, MakeSmsSender, MakeStorage, NamedSections, OwnSection,
    ProviderKind, Registrations, SenderKind, SmsVendor, StorageKind, StorePart,
};
use crate::{Additions, Kit, Ports, Storage};

/// What a team adds to the server. It is a plain value, which does nothing until a program takes it.
#[derive(Debug, Clone)]
pub struct Extension(Registrations);

impl Extension {
    /// Creates an extension that adds nothing yet. Its name is for messages; a program accepts each name once.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Registrations { name: name.into(), ..Registrations::default() })
    }

    /// Adds a vendor of text messages, which is used if `sms.kind` is its name. Its settings are `[sms.<name>]`.
    #[must_use]
    pub fn sms_vendor<S, F>(self, name: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(S, &Kit) -> Result<Arc<dyn MessageSender>, Problem> + Send + Sync + 'static,
    {
        self.vendor(name, make, false)
    }

    /// Adds a vendor that shows text messages to a developer instead of sending them. It needs no list of countries,
    /// and production refuses it.
    #[must_use]
    pub fn sms_for_development<S, F>(self, name: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(S, &Kit) -> Result<Arc<dyn MessageSender>, Problem> + Send + Sync + 'static,
    {
        self.vendor(name, make, true)
    }

    fn vendor<S, F>(mut self, name: &str, make: F, only_shows: bool) -> Self
    where
        S: Section,
        F: Fn(S, &Kit) -> Result<Arc<dyn MessageSender>, Problem> + Send + Sync + 'static,
    {
        let make = Arc::new(make);
        let kind = SectionKind::new(name, move |section: S| -> MakeSmsSender {
            let make = Arc::clone(&make);
            Arc::new(move |kit| make(section.clone(), kit))
        });
        self.0.sms_vendors.push(SmsVendor { kind, only_shows });
        self
    }

    /// Adds a kind of identity provider. An operator can configure any number of them, each in a section
    /// `[providers.<id>]` whose `kind` is this name; the other keys of that section belong to the kind.
    #[must_use]
    pub fn provider_kind<S, F>(mut self, name: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(ProviderId, S, &Kit) -> Result<Arc<dyn IdentityProvider>, Problem> + Send + Sync + 'static,
    {
        let make = Arc::new(make);
        let kind = SectionKind::new(name, move |section: S| -> MakeProvider {
            let make = Arc::clone(&make);
            Arc::new(move |id, kit| make(id, section.clone(), kit))
        });
        self.0.provider_kinds.push(ProviderKind { kind });
        self
    }

    /// Adds a sender for e-mail, or for a channel of the team's own that an identifier scheme names. Its settings are
    /// `[<section>]`; `make` returns `None` if nothing is set for it. Several may be registered for one channel, of
    /// which an operator configures one. If none is, messages are printed outside production, and in production
    /// nothing can be sent by that channel.
    #[must_use]
    pub fn message_sender<S, F>(mut self, channel: Channel, section: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(S, &Kit) -> Result<Option<Arc<dyn MessageSender>>, Problem> + Send + Sync + 'static,
    {
        let make = Arc::new(make);
        let kind = SectionKind::new(section, move |section: S| -> MakeSender {
            let make = Arc::clone(&make);
            Arc::new(move |kit| make(section.clone(), kit))
        });
        self.0.senders.push(SenderKind { channel, kind });
        self
    }

    /// Adds something that is made with settings of the team's own, `[<name>]`.
    #[must_use]
    pub fn section<S, F>(mut self, name: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(S, &Kit) -> Result<Additions, Problem> + Send + Sync + 'static,
    {
        let make = Arc::new(make);
        let kind = SectionKind::new(name, move |section: S| -> MakeAdditions {
            let make = Arc::clone(&make);
            Arc::new(move |kit| make(section.clone(), kit))
        });
        self.0.sections.push(OwnSection { kind });
        self
    }

    /// Adds something that is made with settings of the team's own, any number of times, each under a name that the
    /// operator chooses: every `[<place>.<name>]`.
    #[must_use]
    pub fn named_sections<S, F>(mut self, place: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(&str, S, &Kit) -> Result<Additions, Problem> + Send + Sync + 'static,
    {
        let make = Arc::new(make);
        let kind = SectionKind::new(place, move |section: S| -> MakeNamedAdditions {
            let make = Arc::clone(&make);
            Arc::new(move |name, kit| make(name, section.clone(), kit))
        });
        self.0.named_sections.push(NamedSections { kind });
        self
    }

    /// Adds a kind of identifiers. Its name is the request field that carries it.
    #[must_use]
    pub fn identifier(self, scheme: impl IdentifierScheme + 'static) -> Self {
        self.adding(|additions| additions.identifier(scheme))
    }

    /// Adds a way to sign up.
    #[must_use]
    pub fn scenario(self, scenario: impl Scenario + 'static) -> Self {
        self.adding(|additions| additions.scenario(scenario))
    }

    /// Adds endpoints to the public listener and its OpenAPI document.
    #[must_use]
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.0.endpoints.push(endpoints);
        self
    }

    /// Adds endpoints to the admin listener and its OpenAPI document.
    #[must_use]
    pub fn admin_endpoints(mut self, endpoints: Endpoints) -> Self {
        self.0.admin_endpoints.push(endpoints);
        self
    }

    /// Adds the state that the endpoints of a table share, if it is made from ports: see
    /// [`Additions::endpoint_state`].
    #[must_use]
    pub fn endpoint_state<F>(self, table: &'static str, give: F) -> Self
    where
        F: Fn(Endpoints, &Ports) -> Result<Endpoints, Problem> + Send + Sync + 'static,
    {
        self.adding(|additions| additions.endpoint_state(table, give))
    }

    /// Adds a rule that is asked before somebody becomes a user, in every way in which people become users by themselves.
    #[must_use]
    pub fn before_sign_up(self, rule: impl Rule + 'static) -> Self {
        self.adding(|additions| additions.before_sign_up(rule))
    }

    /// Adds a subscriber to events. It gets each event at least once, and those of one user in order.
    #[must_use]
    pub fn event_handler(self, handler: impl EventHandler + 'static) -> Self {
        self.adding(|additions| additions.event_handler(handler))
    }

    /// Adds a function that subscribes to events of these kinds. It gets each event at least once, possibly several
    /// times with the same id. The events of one user come in order, each after the one before it was taken or given
    /// up. After a failure, a panic, or a call that takes longer than 30 s, the event is tried again later, on the
    /// same schedule as for webhooks.
    ///
    /// Events wait under `name` (1 to 32 lower-case letters, digits, `_` or `-`), so it must stay the same across
    /// restarts. No other subscriber of the program may have it, including webhooks.
    #[must_use]
    pub fn on_event<F, Handled>(self, kinds: impl Into<OutgoingKinds>, name: &str, handle: F) -> Self
    where
        F: Fn(OutgoingEvent, Ports) -> Handled + Send + Sync + 'static,
        Handled: Future<Output = Result<(), HandleError>> + Send + 'static,
    {
        self.adding(|additions| additions.on_event(kinds, name, handle))
    }

    /// Adds texts of messages, which take precedence over ours and over those of earlier extensions.
    #[must_use]
    pub fn words(mut self, templates: Templates) -> Self {
        self.0.templates = self.0.templates.and(templates);
        self
    }

    /// Adds something that stores are made with, such as migrations. The storage says which types it accepts (for
    /// PostgreSQL, `auth_postgres::Parts`), and refuses to be opened with a type that it does not know.
    #[must_use]
    pub fn store_part<P: Any + Send + Sync>(mut self, part: P) -> Self {
        self.0.store_parts.push(StorePart::new(self.0.name.clone(), part));
        self
    }

    /// Replaces PostgreSQL, which is then not started, with other stores. Their settings are `[<section>]`.
    #[must_use]
    pub fn storage<S, F>(mut self, section: &str, open: F) -> Self
    where
        S: Section,
        F: Fn(S, &[StorePart], &Kit) -> Result<Box<dyn Storage>, Problem> + Send + Sync + 'static,
    {
        let open = Arc::new(open);
        let kind = SectionKind::new(section, move |section: S| -> MakeStorage {
            let open = Arc::clone(&open);
            Arc::new(move |parts, kit| open(section.clone(), parts, kit))
        });
        self.0.storage = Some(StorageKind { kind });
        self
    }

    /// Returns the registrations, for the server.
    #[must_use]
    pub fn into_registrations(self) -> Registrations {
        self.0
    }

    fn adding(mut self, add: impl FnOnce(Additions) -> Additions) -> Self {
        self.0.additions = add(self.0.additions);
        self
    }
}
