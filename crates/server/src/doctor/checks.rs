//! What is checked, and in which order.

use std::sync::PoisonError;

use auth_application::admin::ManageClientKeys;
use auth_domain::messages::Channel;
use auth_settings::Settings;

use super::receivers::{shown, try_all, try_third_parties};
use super::report::Report;
use super::{database, events, send_test};
use crate::listener::{ConnectionLimits, OpenFiles, raise_open_files};
use crate::wiring::{Carrier, carriers, third_parties};
use crate::{Configuration, Service, StartFailure, keys, signing_keys};

/// What the sub-command `doctor` does: looks at settings, keys, database, schema, who carries messages, and who is told of
/// events, and writes a line about each to the world's output. One fault does not hide the others. Changes nothing, except
/// that in `local` and `test` the private cluster and the keys are made. Call outside of a runtime.
///
/// # Errors
/// [`StartFailure`] with every reason, one a line, why the service would not serve, or not do all of its work.
pub fn doctor(configuration: &Configuration) -> Result<(), StartFailure> {
    let report = examine(configuration, None);
    let mut out = configuration.world.out.lock().unwrap_or_else(PoisonError::into_inner);
    report.write_text(&mut *out)?;
    report.verdict()
}

/// Looks at everything, and sends a message to an address if there is one.
pub(crate) fn examine(configuration: &Configuration, send_to: Option<&str>) -> Report {
    let (settings, mut report) = (&configuration.settings, Report::default());
    of_settings(&mut report, configuration);
    open_files(&mut report, settings);
    of_keys(&mut report, configuration);
    let system = actix_web::rt::System::new();
    match carriers(configuration) {
        Err(failure) => report.failure("messages", &failure),
        Ok(carriers) => {
            report.ok("messages", messages(configuration, &carriers));
            system.block_on(try_all(&mut report, configuration, &carriers));
            if let Some(address) = send_to {
                system.block_on(send_test::send(&mut report, configuration, &carriers, address));
            }
        }
    }
    report.ok("encrypted sign-ins", encrypted_sign_ins(settings));
    let providers = third_parties(configuration, settings.http.listen);
    match &providers {
        Err(failure) => report.failure("third parties", failure),
        Ok(providers) => {
            report.ok("third parties", listed(configuration.providers().map(|id| id.as_str().to_owned())));
            system.block_on(try_third_parties(&mut report, providers));
        }
    }
    report.ok("rules", listed(configuration.rules.iter().map(|rule| events::rule(&**rule))));
    match configuration.open_storage() {
        Err(failure) => report.failure("database", &failure),
        Ok(storage) => {
            if let Some(condition) = database::examine(&mut report, settings, &*storage) {
                let is_current = condition.pending.is_empty();
                let build = || Service::build_with(configuration, &*storage, settings.http.listen, providers.ok());
                system.block_on(of_service(&mut report, build, configuration, is_current));
            }
            if let Err(problem) = storage.close() {
                report.failure("database", &StartFailure::Storage(problem));
            }
        }
    }
    report
}

fn of_settings(report: &mut Report, configuration: &Configuration) {
    let settings = &configuration.settings;
    report.ok("settings", format!("read, profile {}", settings.profile));
    if let Err(refused) = settings.check_dangers() {
        report.failure("settings", &refused.into());
    }
    for danger in &settings.accepted {
        report.warn("", danger.to_string(), None);
    }
    for section in &configuration.set {
        report.ok(&format!("settings of [{}]", section.path), section.keys.join(", "));
    }
    report.ok("budgets", budgets(settings));
}

fn of_keys(report: &mut Report, configuration: &Configuration) {
    let (settings, world) = (&configuration.settings, &configuration.world);
    match keys::server_keys(settings, &*world.entropy) {
        Err(failure) => report.failure("server key", &failure),
        Ok((makes, Some(also))) if makes.bytes() != also.bytes() => {
            report.ok("server key", "found, and another one is accepted");
        }
        Ok(_) => report.ok("server key", "found"),
    }
    match signing_keys::load(settings, &*world.clock) {
        Err(failure) => report.failure("signing keys", &failure),
        Ok(keys) => {
            let (signing, more) = (keys.signing_at(world.clock.now()).id(), keys.published().count() - 1);
            report.ok("signing keys", format!("{signing} signs, {more} more published"));
        }
    }
}

/// Everything that the start would build: third parties that cannot be set up as configured say so. Who is told of
/// events, and which keys name clients, is asked of a current schema.
async fn of_service(
    report: &mut Report,
    build: impl FnOnce() -> Result<Service, StartFailure>,
    configuration: &Configuration,
    is_current: bool,
) {
    let service = match build() {
        Err(failure) => return report.failure("service", &failure),
        Ok(service) => service,
    };
    // The database has said so.
    if !is_current {
        return;
    }
    if let Err(failure) = client_keys(report, &service.client_keys).await {
        report.failure("publishable keys", &failure);
    }
    match service.subscriptions.list().await {
        Err(error) => report.failure("events", &StartFailure::command(error)),
        Ok(subscriptions) => {
            let now = configuration.world.clock.now();
            subscriptions.iter().for_each(|one| events::tell(report, one, now));
        }
    }
}

/// How many keys are valid, and those of clients that the settings know no more.
async fn client_keys(report: &mut Report, keys: &ManageClientKeys) -> Result<(), StartFailure> {
    let mut valid = keys.list().await.map_err(StartFailure::command)?;
    valid.retain(|key| key.revoked_at.is_none());
    report.ok("publishable keys", format!("{} valid", valid.len()));
    let lost = valid.iter().filter(|key| !keys.knows(&key.client));
    let lost: Vec<_> = lost.map(|key| format!("{} of {}", key.key, key.client)).collect();
    if !lost.is_empty() {
        let found = format!("not good for anything, because their clients are not registered: {}", lost.join(", "));
        report.warn("publishable keys", found, Some("Register the clients, or revoke the keys"));
    }
    Ok(())
}

/// What is left of the limit on open files, which `serve` raises as well.
fn open_files(report: &mut Report, settings: &Settings) {
    raise_open_files();
    let files = OpenFiles::of_process(settings);
    let limits = [ConnectionLimits::public(&settings.http, &files), ConnectionLimits::admin(&settings.http, &files)];
    let (connections, wanted) = (limits.map(|one| one.connections), settings.http.max_connections as usize);
    let described = files.describe(connections, wanted);
    if connections[0] < wanted {
        report.warn("open files", described, None)
    } else {
        report.ok("open files", described)
    }
}

/// How many messages may be sent, which is what strangers can make the operator pay.
fn budgets(settings: &Settings) -> String {
    let limit = |most: Option<u32>| most.map_or("no limit".to_owned(), |most| most.to_string());
    let limits = &settings.limits;
    format!(
        "messages a day: {} in all, {} to one country",
        limit(limits.sends_per_day()),
        limit(limits.sends_per_country_and_day())
    )
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
        let what = shown(*channel);
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
