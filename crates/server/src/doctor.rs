//! `doctor`: says what is wrong with an installation.

use std::io::Write as _;

use auth_domain::messages::Channel;
use auth_ports::Clock as _;
use auth_postgres::Migrations;
use auth_settings::Settings;

use crate::wiring::{Carrier, carriers};
use crate::{Configuration, OpenDatabase, OsEntropy, Service, StartFailure, SystemClock, keys, signing_keys};

/// Checks settings, keys, database, schema, and who carries messages, one line each. Fails where the service would
/// not serve. Changes nothing, except that in `local` and `test` the private cluster and the keys are made.
pub(crate) fn examine(configuration: &Configuration) -> Result<(), StartFailure> {
    let settings = &configuration.settings;
    say("settings", &format!("read, profile {}", settings.profile))?;
    for section in &configuration.set {
        say(&format!("settings of [{}]", section.path), &section.keys.join(", "))?;
    }
    keys::server_key(settings, &OsEntropy)?;
    say("server key", "found")?;
    let keys = signing_keys::load(settings, &SystemClock)?;
    let (signing, more) = (keys.signing_at(SystemClock.now()).id(), keys.published().count() - 1);
    say("signing keys", &format!("{signing} signs, {more} more published"))?;
    let database = OpenDatabase::open(settings)?;
    let pending = Migrations::ours().pending(&database.url)?;
    match pending.as_slice() {
        [] => say("database", "reachable, schema is current")?,
        steps => say("database", &format!("reachable, {} migrations are pending", steps.len()))?,
    }
    let carriers = build(configuration, &database.url)?;
    database.close()?;
    say("messages", &messages(configuration, &carriers))?;
    say("encrypted sign-ins", encrypted_sign_ins(settings))?;
    say("third parties", &listed(configuration.providers().map(|id| id.as_str())))?;
    if pending.is_empty() || settings.database.migrate {
        return Ok(());
    }
    Err(StartFailure::Command("migrations are pending: run `auth-server migrate`".into()))
}

/// Everything that the start would build: senders and third parties that cannot be set up as configured say so.
fn build(configuration: &Configuration, database_url: &str) -> Result<Vec<Carrier>, StartFailure> {
    let built = async {
        Service::build(configuration, database_url, configuration.settings.http.listen).map(drop)?;
        carriers(configuration)
    };
    actix_web::rt::System::new().block_on(built)
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

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names = names.collect::<Vec<_>>().join(", ");
    if names.is_empty() { "none".to_owned() } else { names }
}

fn say(what: &str, found: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{what}: {found}")
}
