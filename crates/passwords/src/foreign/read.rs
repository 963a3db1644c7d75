//! From what a program exports to what is stored.

use auth_domain::credentials::PasswordHash;
use auth_ports::UnreadableHash;

use super::{atlassian, directories, dotnet, firebase, keycloak, php, python, refusals, spring, wrappers};
use crate::formats;

/// The longest text that is looked at, in octets. With keys and all, nobody exports more.
const MAX_LENGTH: usize = 4096;

type Translate = fn(&str) -> Option<String>;

/// Each knows the spelling of one program, or of a family of them. Whether the cost is within bounds is not theirs to
/// judge.
const TRANSLATIONS: [Translate; 8] = [
    atlassian::translate,
    directories::translate,
    dotnet::translate,
    firebase::translate,
    keycloak::translate,
    php::translate,
    python::translate,
    spring::translate,
];

/// Reads a hash from another program.
pub(crate) fn read(exported: &str) -> Result<PasswordHash, UnreadableHash> {
    let exported = exported.trim();
    if exported.len() > MAX_LENGTH {
        return Err(refusals::reason(""));
    }
    let bare = wrappers::unwrap(exported);
    let translated = TRANSLATIONS.iter().find_map(|translate| translate(&bare));
    let text = translated.unwrap_or_else(|| bare.into_owned());
    match formats::read(&text) {
        Some(_) => Ok(PasswordHash::new(text)),
        None => Err(refusals::reason(exported)),
    }
}
