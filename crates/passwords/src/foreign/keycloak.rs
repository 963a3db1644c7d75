//! Keycloak: a credential as it stands in the export of a realm, which has two texts of JSON in it.

use serde::Deserialize;

use crate::formats::{octets, stored};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    secret_data: String,
    credential_data: String,
}

#[derive(Deserialize)]
struct Secret {
    value: String,
    salt: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    algorithm: String,
    hash_iterations: u32,
    #[serde(default)]
    additional_parameters: Argon2,
}

/// Each is a list of one text.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Argon2 {
    r#type: Vec<String>,
    version: Vec<String>,
    memory: Vec<String>,
    parallelism: Vec<String>,
}

pub(super) fn translate(exported: &str) -> Option<String> {
    if !exported.starts_with('{') {
        return None;
    }
    let credential: Credential = serde_json::from_str(exported).ok()?;
    let secret: Secret = serde_json::from_str(&credential.secret_data).ok()?;
    let how: Parameters = serde_json::from_str(&credential.credential_data).ok()?;
    let (salt, output) = (octets(&secret.salt)?, octets(&secret.value)?);
    let rounds = how.hash_iterations;
    let name = match how.algorithm.as_str() {
        name @ ("pbkdf2" | "pbkdf2-sha256" | "pbkdf2-sha512") => format!("{name}$i={rounds},l={}", output.len()),
        "argon2" => argon2(&how.additional_parameters, rounds)?,
        _ => return None,
    };
    Some(stored(&name, &salt, &output))
}

fn argon2(how: &Argon2, rounds: u32) -> Option<String> {
    let version = match how.version.first()?.as_str() {
        "1.0" => 16,
        "1.3" => 19,
        _ => return None,
    };
    let (kind, memory, lanes) = (how.r#type.first()?, how.memory.first()?, how.parallelism.first()?);
    Some(format!("argon2{kind}$v={version}$m={memory},t={rounds},p={lanes}"))
}
