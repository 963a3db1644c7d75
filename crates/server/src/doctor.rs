//! `doctor`: says what is wrong with an installation.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use auth_ports::Clock as _;
use auth_postgres::Migrations;
use auth_settings::{Settings, SmsVendor};

use crate::{OpenDatabase, OsEntropy, Service, StartFailure, SystemClock, World, keys, signing_keys};

/// Checks settings, keys, database, schema, and who carries messages, one line each. Fails where the service would
/// not serve. Changes nothing, except that in `local` and `test` the private cluster and the keys are made.
pub(crate) fn examine(settings: &Settings) -> Result<(), StartFailure> {
    say("settings", &format!("read, profile {}", settings.profile))?;
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
    build(settings, &database.url)?;
    database.close()?;
    say("messages", &messages(settings))?;
    say("encrypted sign-ins", encrypted_sign_ins(settings))?;
    say("third parties", &listed(settings.providers.iter().map(|provider| provider.id.as_str())))?;
    if pending.is_empty() || settings.database.migrate {
        return Ok(());
    }
    Err(StartFailure::Command("migrations are pending: run `auth-server migrate`".into()))
}

/// Everything that the start would build: senders and third parties that cannot be set up as configured say so.
fn build(settings: &Settings, database_url: &str) -> Result<(), StartFailure> {
    let world = World {
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        out: Arc::new(Mutex::new(std::io::stdout())),
    };
    let built = async { Service::build(settings, &world, database_url, settings.http.listen).map(drop) };
    actix_web::rt::System::new().block_on(built)
}

fn encrypted_sign_ins(settings: &Settings) -> &'static str {
    match (&settings.secrets.request_key, settings.profile.is_production()) {
        (Some(_), _) => "taken",
        (None, false) => "taken, with a key that is made when a client asks for it",
        (None, true) => "refused (secrets.request_key is not set)",
    }
}

fn messages(settings: &Settings) -> String {
    let email = match (&settings.smtp, settings.profile.is_production()) {
        (Some(_), _) => "e-mail by SMTP",
        (None, false) => "e-mail is printed",
        (None, true) => "no e-mail (smtp.url is not set)",
    };
    let sms = match settings.sms.vendor {
        SmsVendor::Webhook { .. } => "text messages by webhook",
        SmsVendor::Log => "text messages are printed",
        SmsVendor::None => "no text messages (sms.kind is none)",
    };
    format!("{email}, {sms}")
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names = names.collect::<Vec<_>>().join(", ");
    if names.is_empty() { "none".to_owned() } else { names }
}

fn say(what: &str, found: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{what}: {found}")
}
