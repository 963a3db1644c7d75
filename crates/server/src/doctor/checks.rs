//! What is checked, and in which order.

use std::sync::PoisonError;

use auth_application::admin::ManageClientKeys;
use auth_application::events::Subscription;
use auth_domain::messages::Channel;
use auth_extension::{Condition, Storage};
use auth_settings::Settings;

use super::events;
use crate::listener::{ConnectionLimits, OpenFiles, raise_open_files};
use crate::wiring::{Carrier, carriers};
use crate::{Configuration, Service, StartFailure, keys, signing_keys};

/// What the sub-command `doctor` does: checks settings, keys, database, schema, and who carries messages, and writes a
/// line about each to the world's output. Changes nothing, except that in `local` and `test` the private cluster and the
/// keys are made. Call outside of a runtime.
///
/// # Errors
/// [`StartFailure`] where the service would not serve.
pub fn doctor(configuration: &Configuration) -> Result<(), StartFailure> {
    let settings = &configuration.settings;
    say(configuration, "settings", &format!("read, profile {}", settings.profile))?;
    settings.check_dangers()?;
    for danger in &settings.accepted {
        say(configuration, "warning", &danger.to_string())?;
    }
    for section in &configuration.set {
        say(configuration, &format!("settings of [{}]", section.path), &section.keys.join(", "))?;
    }
    say(configuration, "open files", &open_files(settings))?;
    keys::server_key(settings, &*configuration.world.entropy)?;
    say(configuration, "server key", "found")?;
    let clock = &*configuration.world.clock;
    let keys = signing_keys::load(settings, clock)?;
    let (signing, more) = (keys.signing_at(clock.now()).id(), keys.published().count() - 1);
    say(configuration, "signing keys", &format!("{signing} signs, {more} more published"))?;
    let storage = configuration.open_storage()?;
    let condition = storage.condition().map_err(StartFailure::Storage)?;
    say(configuration, storage.name(), &described(&condition))?;
    if let Some(problem) = condition.unfit {
        return Err(StartFailure::Storage(problem));
    }
    if let Some(next) = &condition.unfinished {
        say(configuration, "upgrade", next)?;
    }
    let pending = condition.pending;
    let Built { carriers, subscriptions, client_keys } = build(configuration, &*storage, pending.is_empty())?;
    storage.close().map_err(StartFailure::Storage)?;
    say(configuration, "messages", &messages(configuration, &carriers))?;
    say(configuration, "encrypted sign-ins", encrypted_sign_ins(settings))?;
    say(configuration, "third parties", &listed(configuration.providers().map(|id| id.as_str().to_owned())))?;
    if let Some(keys) = client_keys {
        say(configuration, "publishable keys", &keys)?;
    }
    say(configuration, "rules", &listed(configuration.rules.iter().map(|rule| events::rule(&**rule))))?;
    for one in &subscriptions {
        say(configuration, &format!("events to {}", one.backlog.subscriber), &events::subscription(one))?;
    }
    if !pending.is_empty() && !settings.database.migrate {
        return Err(StartFailure::Command("migrations are pending: run `auth-server migrate`".into()));
    }
    if condition.is_read_only {
        return Err(StartFailure::Command(
            "the database is read only: another server may be the primary one now".into(),
        ));
    }
    Ok(())
}

/// The condition of a storage that answers.
fn described(condition: &Condition) -> String {
    let schema = match (&condition.unfit, condition.pending.len()) {
        (Some(_), _) => "cannot be used as it is set up".to_owned(),
        (None, 0) => "schema is current".to_owned(),
        (None, steps) => format!("{steps} migrations are pending"),
    };
    let read_only = if condition.is_read_only { ", read only" } else { "" };
    format!("reachable, {schema}{read_only}")
}

/// What the built service says about itself.
struct Built {
    carriers: Vec<Carrier>,
    subscriptions: Vec<Subscription>,
    /// `None` where the schema is not current.
    client_keys: Option<String>,
}

/// Everything that the start would build: senders and third parties that cannot be set up as configured say so. Who is
/// told of events, and which keys name clients, is asked of a current schema only.
fn build(configuration: &Configuration, storage: &dyn Storage, is_current: bool) -> Result<Built, StartFailure> {
    let built = async {
        let service = Service::build(configuration, storage, configuration.settings.http.listen)?;
        let carriers = carriers(configuration)?;
        if !is_current {
            return Ok(Built { carriers, subscriptions: Vec::new(), client_keys: None });
        }
        let subscriptions = service.subscriptions.list().await.map_err(StartFailure::command)?;
        Ok(Built { carriers, subscriptions, client_keys: Some(client_keys(&service.client_keys).await?) })
    };
    actix_web::rt::System::new().block_on(built)
}

/// How many keys are valid, and those of clients that the settings know no more.
async fn client_keys(keys: &ManageClientKeys) -> Result<String, StartFailure> {
    let mut valid = keys.list().await.map_err(StartFailure::command)?;
    valid.retain(|key| key.revoked_at.is_none());
    let lost = valid.iter().filter(|key| !keys.knows(&key.client));
    let lost: Vec<_> = lost.map(|key| format!("{} of {}", key.key, key.client)).collect();
    let counted = format!("{} valid", valid.len());
    if lost.is_empty() {
        return Ok(counted);
    }
    Ok(format!("{counted}; not good for anything, because their clients are not registered: {}", lost.join(", ")))
}

/// What is left of the limit on open files, which `serve` raises as well.
fn open_files(settings: &Settings) -> String {
    raise_open_files();
    let files = OpenFiles::of_process(settings);
    let limits = [ConnectionLimits::public(&settings.http, &files), ConnectionLimits::admin(&settings.http, &files)];
    files.describe(limits.map(|one| one.connections), settings.http.max_connections as usize)
}

fn encrypted_sign_ins(settings: &Settings) -> &'static str {
    match (&settings.secrets.request_key, settings.profile.is_production()) {
        (Some(_), _) => "taken",
        (None, false) => "taken, with a key that is made when a client asks for it",
        (None, true) => "refused (secrets.request_key is not set)",
    }
}

fn messages(configuration: &Configuration, carriers: &[Carrier]) -> String {
    let mut channels = vec![Channel::EMAIL, Channel::SMS];
    for scheme in configuration.schemes.reachable() {
        channels.extend(scheme.channel().filter(|channel| !channels.contains(channel)));
    }
    let carried = channels.iter().map(|channel| {
        let what = match *channel {
            Channel::EMAIL => "e-mail",
            Channel::SMS => "text messages",
            other => other.name(),
        };
        match carriers.iter().find(|carrier| carrier.channel == *channel) {
            Some(Carrier { section: Some(section), .. }) => format!("{what} by [{section}]"),
            Some(Carrier { section: None, .. }) => format!("{what} printed"),
            None => format!("no {what}"),
        }
    });
    carried.collect::<Vec<_>>().join(", ")
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let names = names.collect::<Vec<_>>().join(", ");
    if names.is_empty() { "none".to_owned() } else { names }
}

fn say(configuration: &Configuration, what: &str, found: &str) -> std::io::Result<()> {
    let mut out = configuration.world.out.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(out, "{what}: {found}")?;
    out.flush()
}
