//! Taking the sections of adapters out of the tree of settings.

use auth_domain::external_identities::ProviderId;
use auth_extension::{Kit, SmsVendor};
use auth_outbound::{Exceptions, Proxies};
use auth_settings::{
    Environment, OutboundSettings, ProxyVariables, SectionKind, SectionTree, Settings, SettingsError, TracesSettings,
};
use auth_traces::Traces;

use super::chosen::{ChosenVendor, ConfiguredProvider, ConfiguredSender, ConfiguredStorage};
use super::registry::{NO_VENDOR, PROVIDERS, Registry};

/// Returns the kit with what it lends HTTP clients: which inner networks they may reach, and which proxies they use.
pub(super) fn outbound(tree: &mut SectionTree, environment: &Environment, kit: Kit) -> Result<Kit, SettingsError> {
    let allowed: OutboundSettings = tree.take(OutboundSettings::NAME)?;
    let ProxyVariables { https, http, no_proxy } = ProxyVariables::read(environment, tree.profile())?;
    let exceptions = Exceptions::new(allowed.allowed_networks.clone(), allowed.allowed_hosts());
    Ok(kit.with_outbound(exceptions, Proxies::new(https, http, &no_proxy)))
}

/// Returns what traces requests, and where it is handed over, if there is a collector.
pub(super) fn traces(tree: &mut SectionTree, kit: &Kit) -> Result<Option<(Traces, TracesSettings)>, SettingsError> {
    let settings: TracesSettings = tree.take(TracesSettings::NAME)?;
    let traces = Traces::new(kit.clock(), kit.entropy(), settings.sampled_of_1000);
    Ok(settings.endpoint.is_some().then_some((traces, settings)))
}

/// Returns the vendor that `sms.kind` names.
pub(super) fn sms_vendor(tree: &mut SectionTree, registry: &Registry) -> Result<Option<ChosenVendor>, SettingsError> {
    let vendors: Vec<&SmsVendor> = registry.extensions.iter().flat_map(|extension| &extension.sms_vendors).collect();
    let words: Vec<&str> = [NO_VENDOR].into_iter().chain(vendors.iter().map(|vendor| vendor.kind.name())).collect();
    let word = tree.word("sms.kind", &words)?.filter(|word| word != NO_VENDOR);
    let make = tree.take_chosen("sms", vendors.iter().map(|vendor| &vendor.kind), word.as_deref())?;
    let (Some(name), Some(make)) = (word, make) else { return Ok(None) };
    let only_shows = vendors.iter().any(|vendor| vendor.kind.name() == name && vendor.only_shows);
    if only_shows && tree.profile().is_production() {
        let problem = format!("must not be {name} in production: it prints codes");
        return Err(tree.problem("sms.kind", &problem));
    }
    Ok(Some(ChosenVendor { name, make, only_shows }))
}

/// Requires a list of countries, because text messages cost money, and some numbers earn money for those who cause
/// messages to them.
pub(super) fn check_countries(
    tree: &SectionTree,
    settings: &Settings,
    vendor: Option<&ChosenVendor>,
) -> Result<(), SettingsError> {
    if vendor.is_some_and(|vendor| !vendor.only_shows) && !settings.sms.has_countries() {
        let problem = "must list the calling codes or regions that text messages may be sent to, or * for all";
        return Err(tree.problem("sms.countries", problem));
    }
    Ok(())
}

/// Returns the senders of other channels.
pub(super) fn senders(tree: &mut SectionTree, registry: &Registry) -> Result<Vec<ConfiguredSender>, SettingsError> {
    let senders = registry.extensions.iter().flat_map(|extension| &extension.senders);
    let configured = senders.map(|sender| {
        let section = sender.kind.name().to_owned();
        let make = tree.take_as(&section, &sender.kind)?;
        Ok(ConfiguredSender { channel: sender.channel, section, make })
    });
    configured.collect()
}

/// Returns the third parties, in the order of their ids.
pub(super) fn providers(tree: &mut SectionTree, registry: &Registry) -> Result<Vec<ConfiguredProvider>, SettingsError> {
    let kinds = registry.extensions.iter().flat_map(|extension| &extension.provider_kinds);
    let kinds: Vec<SectionKind<_>> = kinds.map(|provider| provider.kind.clone()).collect();
    let sections = tree.take_each(PROVIDERS, &kinds)?;
    let named = sections.into_iter().map(|(id, make)| match ProviderId::parse(&id) {
        Ok(id) => Ok(ConfiguredProvider { id, make }),
        Err(_) => {
            let problem = "must be named with 1 to 32 lower-case letters, digits, '_' or '-'";
            Err(tree.problem(&format!("{PROVIDERS}.{id}"), problem))
        }
    });
    named.collect()
}

/// Returns the storage that replaces PostgreSQL.
pub(super) fn storage(tree: &mut SectionTree, registry: &Registry) -> Result<Option<ConfiguredStorage>, SettingsError> {
    let Some(storage) = registry.storage() else { return Ok(None) };
    tree.store_elsewhere();
    let section = storage.kind.name().to_owned();
    let open = tree.take_as(&section, &storage.kind)?;
    Ok(Some(ConfiguredStorage { section, open }))
}

/// Checks that the ways to sign up that clients list are registered.
pub(super) fn check_scenarios(tree: &SectionTree, settings: &Settings, names: &[&str]) -> Result<(), SettingsError> {
    for registered in &settings.clients.registered {
        let listed = registered.client.scenarios.iter().flatten();
        if let Some(unknown) = listed.into_iter().find(|listed| !names.contains(&listed.as_str())) {
            let key = format!("clients.registered.{}.scenarios", registered.client.id);
            return Err(tree.problem(&key, &format!("must be one of {}, not {unknown:?}", names.join(", "))));
        }
    }
    Ok(())
}
