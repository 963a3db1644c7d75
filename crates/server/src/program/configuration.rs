//! Typed settings, including those of adapters: everything that can be known before anything is opened.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::Schemes;
use auth_domain::outbox::{Subscriber, Subscribers};
use auth_domain::sign_up::Scenario;
use auth_extension::{Additions, EndpointState, Kit, OnEvent, Storage, StorePart};
use auth_http::endpoints::Endpoints;
use auth_ports::{EventHandler, Rule};
use auth_settings::{Environment, SectionTree, SetSection, Settings, Source, TracesSettings};
use auth_traces::Traces;

use super::chosen::{ChosenVendor, ConfiguredProvider, ConfiguredSender, ConfiguredStorage};
use super::registry::Registry;
use super::sections;
use crate::storage::PostgresStorage;
use crate::{StartFailure, World};

/// The configuration of a server. [`start`](crate::start) makes it run.
pub struct Configuration {
    /// The server's own settings.
    pub settings: Settings,
    pub(crate) world: World,
    pub(crate) kit: Kit,
    pub(crate) sms: Option<ChosenVendor>,
    pub(crate) senders: Vec<ConfiguredSender>,
    pub(crate) providers: Vec<ConfiguredProvider>,
    pub(crate) schemes: Schemes,
    pub(crate) scenarios: Vec<Arc<dyn Scenario>>,
    pub(crate) set: Vec<SetSection>,
    /// What traces requests, and where it is handed over, if there is a collector.
    pub(crate) traces: Option<(Traces, TracesSettings)>,
    /// Where settings come from.
    pub(crate) sources: Vec<Source>,
    pub(crate) endpoints: Vec<Endpoints>,
    pub(crate) admin_endpoints: Vec<Endpoints>,
    pub(crate) endpoint_states: Vec<EndpointState>,
    pub(crate) rules: Vec<Arc<dyn Rule>>,
    pub(crate) event_handlers: Vec<Arc<dyn EventHandler>>,
    pub(crate) on_event: Vec<OnEvent>,
    pub(crate) subscribers: Subscribers,
    storage: Option<ConfiguredStorage>,
    store_parts: Vec<StorePart>,
}

impl Configuration {
    /// Returns the third parties that are configured, in the order of their ids.
    pub fn providers(&self) -> impl Iterator<Item = &ProviderId> {
        self.providers.iter().map(|provider| &provider.id)
    }

    /// Opens the storage: PostgreSQL, unless the program has another one. Blocking.
    ///
    /// # Errors
    /// Returns [`StartFailure`] if it cannot be used.
    pub fn open_storage(&self) -> Result<Box<dyn Storage>, StartFailure> {
        match &self.storage {
            Some(ConfiguredStorage { section, open }) => {
                Ok(open(&self.store_parts, &self.kit).map_err(|problem| problem.of_section(section))?)
            }
            None => {
                let opened = PostgresStorage::open(&self.settings, &self.store_parts);
                Ok(Box::new(opened.map_err(StartFailure::Storage)?))
            }
        }
    }

    pub(super) fn read(registry: &Registry, environment: &Environment, world: World) -> Result<Self, StartFailure> {
        let mut tree = SectionTree::read(environment)?;
        let kit = Kit::new(world.clock.clone(), world.entropy.clone(), tree.profile(), world.out.clone());
        let kit = kit.with_templates(registry.templates());
        let kit = sections::outbound(&mut tree, environment, kit)?;
        let traces = sections::traces(&mut tree, &kit)?;
        let kit = traces.iter().fold(kit, |kit, (traces, _)| kit.with_watcher(traces.watcher()));
        let sms = sections::sms_vendor(&mut tree, registry)?;
        let senders = sections::senders(&mut tree, registry)?;
        let providers = sections::providers(&mut tree, registry)?;
        let storage = sections::storage(&mut tree, registry)?;
        let additions = additions(&mut tree, registry, &kit)?;
        let settings = tree.settings()?;
        sections::check_countries(&tree, &settings, sms.as_ref())?;
        let names: Vec<_> = additions.scenarios.iter().map(|scenario| scenario.name()).collect();
        sections::check_scenarios(&tree, &settings, &names)?;
        refuse_equal_kinds(&additions)?;
        let subscribers = subscribers(&additions)?;
        Ok(Self {
            settings,
            world,
            kit,
            sms,
            senders,
            providers,
            schemes: Schemes::new(additions.identifiers),
            scenarios: additions.scenarios,
            set: tree.set().to_vec(),
            traces,
            sources: tree.sources(),
            endpoints: registry.endpoints(),
            admin_endpoints: registry.admin_endpoints(),
            endpoint_states: additions.endpoint_states,
            rules: additions.rules,
            event_handlers: additions.event_handlers,
            on_event: additions.on_event,
            subscribers,
            storage,
            store_parts: registry.extensions.iter().flat_map(|extension| extension.store_parts.clone()).collect(),
        })
    }
}

/// Collects what extensions add, each with its own settings.
fn additions(tree: &mut SectionTree, registry: &Registry, kit: &Kit) -> Result<Additions, StartFailure> {
    let mut all = Additions::new();
    for extension in &registry.extensions {
        all = all.and(extension.additions.clone());
        for section in &extension.sections {
            let make = tree.take_as(section.kind.name(), &section.kind)?;
            all = all.and(make(kit).map_err(|problem| problem.of_section(section.kind.name()))?);
        }
        for place in &extension.named_sections {
            let path = place.kind.name();
            for (name, make) in tree.take_named(path, &place.kind)? {
                let made = make(&name, kit).map_err(|problem| problem.of_section(&format!("{path}.{name}")))?;
                all = all.and(made);
            }
        }
    }
    Ok(all)
}

/// Collects the subscribers to events. Each has a queue of its own.
fn subscribers(additions: &Additions) -> Result<Subscribers, StartFailure> {
    let handlers = additions.event_handlers.iter();
    let handlers = handlers.map(|handler| Subscriber { id: handler.subscriber().clone(), kinds: handler.kinds() });
    let mut all: Vec<_> = handlers.collect();
    for one in &additions.on_event {
        let refused = |error| StartFailure::Registration(format!("{:?} is told of events: {error}", one.name()));
        all.push(Subscriber { id: one.subscriber().map_err(refused)?, kinds: one.kinds() });
    }
    Subscribers::new(all).map_err(|error| StartFailure::Registration(error.to_string()))
}

/// Refuses kinds with the same name, because a kind is a request field and is what stores keep.
fn refuse_equal_kinds(additions: &Additions) -> Result<(), StartFailure> {
    let mut names = BTreeSet::new();
    let mut kinds = additions.identifiers.iter().map(|scheme| scheme.kind().name());
    match kinds.find(|name| !names.insert(*name)) {
        None => Ok(()),
        Some(name) => {
            let problem = format!("the identifier kind {name:?} is registered twice: each name can be taken once");
            Err(StartFailure::Registration(problem))
        }
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("settings", &self.settings)
            .field("set", &self.set)
            .finish_non_exhaustive()
    }
}
