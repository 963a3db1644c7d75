//! The sub-command `keys`: change signing keys without issuing a token that somebody refuses, and make server keys.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use auth_domain::Timestamp;
use auth_ports::Clock as _;
use auth_settings::Settings;
use auth_tokens::{KeyFolder, KeyState, RetireError, RotateError, SigningKeys};
use chrono::TimeDelta;
use clap::Subcommand;

use crate::{OsEntropy, StartFailure, SystemClock, signing_keys};

/// How long verifiers may keep the key set (`max-age` of `GET /auth/v1/certs`), in seconds.
const KEY_SET_MAX_AGE: i64 = 300;
/// The shortest time between the creation of a key and its first signature. A verifier that asked for the key set
/// just before a running server read the folder again, and that keeps the answer as long as it may, knows the new key
/// after this time.
const LEAST_AHEAD: i64 = KEY_SET_MAX_AGE + signing_keys::RELOAD_EVERY.as_secs().cast_signed();
/// A year.
const MOST_AHEAD: i64 = 31_536_000;
/// How much the clocks of instances may differ, as for tokens.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(60);

/// Signing keys of access tokens: `rotate` makes the next one, `retire` removes one that is no longer needed. Server keys:
/// `server-key` makes one.
#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// List all keys in the order of their times: id, algorithm, state, file.
    List,
    /// Make the next key. The first key of a folder signs at once.
    Rotate {
        /// Seconds until it signs. Verifiers must have fetched the key set by then.
        #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(i64).range(LEAST_AHEAD..=MOST_AHEAD))]
        after: i64,
    },
    /// Remove a key that no longer signs and whose last token has expired.
    Retire {
        /// The key's id, as the list shows it. It may begin with a hyphen.
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
    /// Make a server key in a new file that only its owner can read, and say how it is placed. Needs no settings.
    ServerKey {
        /// The file.
        file: PathBuf,
    },
}

/// What to do with a server key, after the file is named.
const PLACING: &str = "\
Each instance needs the same one, in a file that the service's user owns (mode 0600).
The first key:  AUTH__SECRETS__SERVER_KEY_FILE names the file.
To replace one: 1. everywhere, AUTH__SECRETS__SERVER_KEY_PREVIOUS_FILE names this file: it is accepted, and makes nothing;
                2. everywhere, exchange the two files: this one makes what is new, and the old one is accepted;
                3. when the last session of before has ended (31 days), take the old one out.
Each step is a restart, or SIGHUP where only the contents of files change (docs/operation/keys.md).";

/// Makes a server key.
pub(super) fn make_server_key(file: &Path) -> Result<(), StartFailure> {
    crate::keys::make_server_key(file, &OsEntropy)?;
    writeln!(std::io::stdout(), "made {}\n{PLACING}", file.display())?;
    Ok(())
}

/// Runs a sub-command.
pub(super) fn run(settings: &Settings, command: &KeysCommand) -> Result<(), StartFailure> {
    let now = SystemClock.now();
    let token_life = settings.tokens.access_ttl + CLOCK_SKEW;
    let Some(folder) = signing_keys::folder(settings) else { return on_files(settings, command, now) };
    let mut out = std::io::stdout();
    match command {
        KeysCommand::List => list(&folder, now, token_life)?,
        KeysCommand::ServerKey { file } => make_server_key(file)?,
        KeysCommand::Rotate { after } => {
            let made = folder.rotate(now, TimeDelta::seconds(*after)).map_err(|error| match error {
                RotateError::Files(error) => error.into(),
                refused @ RotateError::Announced { .. } => StartFailure::command(refused),
            })?;
            writeln!(out, "{}  signs from {} on  {}", made.key.id(), shown(made.signs_from), made.file.display())?;
        }
        KeysCommand::Retire { kid } => {
            folder.retire(kid, now, token_life).map_err(|error| match error {
                RetireError::Files(error) => error.into(),
                refused => StartFailure::command(refused),
            })?;
            writeln!(out, "removed {kid}")?;
        }
    }
    Ok(())
}

fn list(folder: &KeyFolder, now: Timestamp, token_life: TimeDelta) -> Result<(), StartFailure> {
    let mut out = std::io::stdout();
    for (scheduled, state) in folder.load_any()?.states(now, token_life) {
        let (key, file) = (&scheduled.key, scheduled.file.display());
        let state = match state {
            KeyState::Signs => "signs".to_owned(),
            KeyState::WillSign => format!("will sign from {}", shown(scheduled.signs_from)),
            KeyState::Retired { at, tokens_alive_until: end } if now < end => {
                format!("retired from signing at {}, tokens alive until {}", shown(at), shown(end))
            }
            KeyState::Retired { at, .. } => format!("retired from signing at {}, no tokens alive", shown(at)),
            KeyState::OtherAlgorithm => "does not sign: another algorithm is set".to_owned(),
        };
        writeln!(out, "{}  {}  {state}  {file}", key.id(), key.algorithm().name())?;
    }
    Ok(())
}

/// Handles signing keys that the operator lists as files: they can be shown, and everything else is up to the
/// operator.
fn on_files(settings: &Settings, command: &KeysCommand, now: Timestamp) -> Result<(), StartFailure> {
    let files = &settings.tokens.key_files;
    if !matches!(command, KeysCommand::List) {
        let problem = "tokens.key_files lists the signing keys, so this command cannot change them; set tokens.key_dir instead to let it";
        return Err(StartFailure::Command(problem.to_owned()));
    }
    let keys: SigningKeys = auth_tokens::load_files(files)?;
    let signing = keys.signing_at(now).id();
    let mut out = std::io::stdout();
    for (key, file) in keys.published().zip(files) {
        let state = if key.id() == signing { "signs" } else { "published" };
        writeln!(out, "{}  {}  {state}  {}", key.id(), key.algorithm().name(), file.display())?;
    }
    Ok(())
}

fn shown(time: Timestamp) -> impl std::fmt::Display {
    time.format("%Y-%m-%dT%H:%M:%SZ")
}
