//! `doctor`: says what is wrong with an installation.

use std::io::Write as _;

use auth_settings::Settings;

use crate::{OpenDatabase, StartFailure, keys};

/// Checks settings, database, schema and keys, one line each. Starts nothing but the private
/// cluster, and changes nothing.
pub(crate) fn examine(settings: &Settings) -> Result<(), StartFailure> {
    say("settings", &format!("read, profile {}", settings.profile))?;
    keys::server_key(settings, &crate::OsEntropy)?;
    say("server key", "found")?;
    let signing = crate::wiring::signing_keys(settings, &crate::SystemClock)?;
    say("signing keys", &format!("{} signs, {} more published", signing.signing.id(), signing.others.len()))?;
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
