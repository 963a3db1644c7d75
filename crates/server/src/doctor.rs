//! `doctor`: says what is wrong with an installation.

use std::io::Write as _;

use auth_ports::Clock as _;
use auth_settings::Settings;

use crate::{OpenDatabase, StartFailure, SystemClock, keys, signing_keys};

/// Checks settings, database, schema and keys, one line each. Starts nothing but the private
/// cluster, and changes nothing.
pub(crate) fn examine(settings: &Settings) -> Result<(), StartFailure> {
    say("settings", &format!("read, profile {}", settings.profile))?;
    keys::server_key(settings, &crate::OsEntropy)?;
    say("server key", "found")?;
    let keys = signing_keys::load(settings, &SystemClock)?;
    let (signing, more) = (keys.signing_at(SystemClock.now()).id(), keys.published().count() - 1);
    say("signing keys", &format!("{signing} signs, {more} more published"))?;
    let database = OpenDatabase::open(settings)?;
    let pending = auth_postgres::pending(&database.url)?;
    match pending.as_slice() {
        [] => say("database", "reachable, schema is current")?,
        steps => {
            say("database", &format!("reachable, {} migrations are pending: run `auth-server migrate`", steps.len()))?
        }
    }
    database.close()
}

fn say(what: &str, found: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{what}: {found}")
}
