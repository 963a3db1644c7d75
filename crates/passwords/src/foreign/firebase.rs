//! Firebase's scrypt. What is exported for a user is an output and a salt. The project's key and salt separator, which
//! belong to it, are in the project's console. There are two spellings of all of it together: Supabase's, and Ory's.

use crate::formats::{octets, stored};

pub(super) fn translate(exported: &str) -> Option<String> {
    supabase(exported).or_else(|| ory(exported))
}

/// `$fbscrypt$v=1,n=14,r=8,p=1,ss=separator,sk=key$salt$output`
fn supabase(exported: &str) -> Option<String> {
    let rest = exported.strip_prefix("$fbscrypt$")?;
    let parts: Vec<_> = rest.split('$').collect();
    let [params, salt, output] = *parts else { return None };
    let params: Vec<_> = params.split(',').map(|param| param.split_once('=').unwrap_or_default()).collect();
    let [("v", "1"), ("n", n), ("r", r), ("p", p), ("ss", separator), ("sk", key)] = *params else { return None };
    hash(&format!("ln={n},r={r},p={p}"), [salt, separator, output, key])
}

/// `$firescrypt$ln=14,r=8,p=1$salt$output$separator$key`
fn ory(exported: &str) -> Option<String> {
    let rest = exported.strip_prefix("$firescrypt$")?;
    let parts: Vec<_> = rest.split('$').collect();
    let [params, salt, output, separator, key] = *parts else { return None };
    hash(params, [salt, separator, output, key])
}

/// What is stored is not the key, but the keystream that turns it into the output.
fn hash(params: &str, [salt, separator, output, key]: [&str; 4]) -> Option<String> {
    let salt = [octets(salt)?, octets(separator)?].concat();
    let (output, key) = (octets(output)?, octets(key)?);
    let keystream: Vec<u8> = output.iter().zip(&key).map(|(output, key)| output ^ key).collect();
    (output.len() == key.len()).then(|| stored(&format!("firebase-scrypt${params}"), &salt, &keystream))
}
