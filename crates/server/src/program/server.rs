//! The beginning of a program's `main`.

use std::any::Any;
use std::sync::Arc;

use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::IdentifierScheme;
use auth_domain::messages::{Channel, Templates};
use auth_domain::outbox::{OutgoingEvent, OutgoingKinds};
use auth_domain::sign_up::Scenario;
use auth_extension::{Additions, Extension, Kit, Ports, Storage, StorePart};
use auth_http::endpoints::Endpoints;
use auth_http::{admin_document, public_document, scenario_fields};
use auth_ports::{EventHandler, HandleError, IdentityProvider, MessageSender, Rule};
use auth_settings::{Environment, Problem, Section};

use super::Configuration;
use super::registry::Registry;
use crate::{StartFailure, World, ours};

/// The server with everything that is registered: ours, extensions, and what the program itself adds. It has every
/// sub-command.
///
/// ```ignore
/// fn main() -> ExitCode {
///     Server::new()
///         .with(team_twilio::extension())
///         .provider_kind("wechat", |id, section: WeChatSection, kit| Ok(Arc::new(WeChat::new(id, section, kit)?)))
///         .identifier(EmployeeNumber)
///         .run()
/// }
/// ```
///
/// The order matters in two cases: a login field is tried as each kind of identifier in the order of registration,
/// and of several texts for the same message the last one is used.
#[derive(Debug, Clone)]
pub struct Server {
    extensions: Vec<Extension>,
    own: Extension,
}

impl Server {
    /// Creates a server with everything in [`ours`](crate::ours).
    #[must_use]
    pub fn new() -> Self {
        Self::bare()
            .with(ours::endpoints())
            .with(ours::phone_number())
            .with(ours::email())
            .with(ours::username())
            .with(ours::third_party())
            .with(ours::webhooks())
    }

    /// Creates a server in which nothing is registered. It serves the documents and the pages, and no endpoint.
    #[must_use]
    pub fn bare() -> Self {
        Self { extensions: Vec::new(), own: Extension::new("the program itself") }
    }

    /// Adds an extension.
    #[must_use]
    pub fn with(mut self, extension: Extension) -> Self {
        self.extensions.push(extension);
        self
    }

    /// Does what [`Extension::sms_vendor`] does, for the program itself.
    #[must_use]
    pub fn sms_vendor<S, F>(self, name: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(S, &Kit) -> Result<Arc<dyn MessageSender>, Problem> + Send + Sync + 'static,
    {
        self.adding(|own| own.sms_vendor(name, make))
    }

    /// Does what [`Extension::provider_kind`] does, for the program itself.
    #[must_use]
    pub fn provider_kind<S, F>(self, name: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(ProviderId, S, &Kit) -> Result<Arc<dyn IdentityProvider>, Problem> + Send + Sync + 'static,
    {
        self.adding(|own| own.provider_kind(name, make))
    }

    /// Does what [`Extension::message_sender`] does, for the program itself.
    #[must_use]
    pub fn message_sender<S, F>(self, channel: Channel, section: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(S, &Kit) -> Result<Option<Arc<dyn MessageSender>>, Problem> + Send + Sync + 'static,
    {
        self.adding(|own| own.message_sender(channel, section, make))
    }

    /// Does what [`Extension::section`] does, for the program itself.
    #[must_use]
    pub fn section<S, F>(self, name: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(S, &Kit) -> Result<Additions, Problem> + Send + Sync + 'static,
    {
        self.adding(|own| own.section(name, make))
    }

    /// Does what [`Extension::named_sections`] does, for the program itself.
    #[must_use]
    pub fn named_sections<S, F>(self, place: &str, make: F) -> Self
    where
        S: Section,
        F: Fn(&str, S, &Kit) -> Result<Additions, Problem> + Send + Sync + 'static,
    {
        self.adding(|own| own.named_sections(place, make))
    }

    /// Does what [`Extension::identifier`] does, for the program itself.
    #[must_use]
    pub fn identifier(self, scheme: impl IdentifierScheme + 'static) -> Self {
        self.adding(|own| own.identifier(scheme))
    }

    /// Does what [`Extension::scenario`] does, for the program itself.
    #[must_use]
    pub fn scenario(self, scenario: impl Scenario + 'static) -> Self {
        self.adding(|own| own.scenario(scenario))
    }

    /// Does what [`Extension::endpoints`] does, for the program itself.
    #[must_use]
    pub fn endpoints(self, endpoints: Endpoints) -> Self {
        self.adding(|own| own.endpoints(endpoints))
    }

    /// Does what [`Extension::admin_endpoints`] does, for the program itself.
    #[must_use]
    pub fn admin_endpoints(self, endpoints: Endpoints) -> Self {
        self.adding(|own| own.admin_endpoints(endpoints))
    }

    /// Does what [`Extension::endpoint_state`] does, for the program itself.
    #[must_use]
    pub fn endpoint_state<F>(self, table: &'static str, give: F) -> Self
    where
        F: Fn(Endpoints, &Ports) -> Result<Endpoints, Problem> + Send + Sync + 'static,
    {
        self.adding(|own| own.endpoint_state(table, give))
    }

    /// Does what [`Extension::before_sign_up`] does, for the program itself.
    #[must_use]
    pub fn before_sign_up(self, rule: impl Rule + 'static) -> Self {
        self.adding(|own| own.before_sign_up(rule))
    }

    /// Does what [`Extension::event_handler`] does, for the program itself.
    #[must_use]
    pub fn event_handler(self, handler: impl EventHandler + 'static) -> Self {
        self.adding(|own| own.event_handler(handler))
    }

    /// Does what [`Extension::on_event`] does, for the program itself.
    #[must_use]
    pub fn on_event<F, Handled>(self, kinds: impl Into<OutgoingKinds>, name: &str, handle: F) -> Self
    where
        F: Fn(OutgoingEvent, Ports) -> Handled + Send + Sync + 'static,
        Handled: Future<Output = Result<(), HandleError>> + Send + 'static,
    {
        self.adding(|own| own.on_event(kinds, name, handle))
    }

    /// Does what [`Extension::words`] does, for the program itself.
    #[must_use]
    pub fn words(self, templates: Templates) -> Self {
        self.adding(|own| own.words(templates))
    }

    /// Does what [`Extension::store_part`] does, for the program itself.
    #[must_use]
    pub fn store_part<P: Any + Send + Sync>(self, part: P) -> Self {
        self.adding(|own| own.store_part(part))
    }

    /// Does what [`Extension::storage`] does, for the program itself.
    #[must_use]
    pub fn storage<S, F>(self, section: &str, open: F) -> Self
    where
        S: Section,
        F: Fn(S, &[StorePart], &Kit) -> Result<Box<dyn Storage>, Problem> + Send + Sync + 'static,
    {
        self.adding(|own| own.storage(section, open))
    }

    /// Whether another storage replaces PostgreSQL.
    #[must_use]
    pub fn stores_elsewhere(&self) -> bool {
        self.registry().is_ok_and(|registry| registry.storage().is_some())
    }

    /// Reads and checks all settings, including those of extensions. Nothing is opened yet.
    ///
    /// # Errors
    /// Returns [`StartFailure`] if a name is registered twice or a setting is wrong.
    pub fn configure(&self, environment: &Environment, world: World) -> Result<Configuration, StartFailure> {
        Configuration::read(&self.registry()?, environment, world)
    }

    /// Returns the OpenAPI document of one of the listeners, with the registered endpoints and sign-up fields.
    /// Scenarios that are made with settings are missing from it; the served document has them too.
    ///
    /// # Errors
    /// Returns [`StartFailure`] if the endpoints cannot be served together.
    pub fn document(&self, admin: bool) -> Result<String, StartFailure> {
        let registry = self.registry()?;
        if admin {
            return Ok(admin_document(&registry.admin_endpoints())?);
        }
        let mut tables = registry.endpoints();
        tables.push(scenario_fields(&registry.scenarios()));
        Ok(public_document(&tables)?)
    }

    fn registry(&self) -> Result<Registry, StartFailure> {
        let all = self.extensions.iter().chain([&self.own]).cloned();
        Registry::of(all.map(Extension::into_registrations).collect())
    }

    fn adding(self, add: impl FnOnce(Extension) -> Extension) -> Self {
        Self { own: add(self.own), ..self }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}
