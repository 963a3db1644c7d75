//! Hashes as other programs export them: read, and written down in the form in which they are stored.

mod atlassian;
mod directories;
mod dotnet;
mod firebase;
mod hexadecimal;
mod keycloak;
#[cfg(test)]
mod known_hashes;
mod php;
mod python;
mod read;
mod refusals;
#[cfg(test)]
mod refused;
mod salted_sha1;
mod spring;
mod wrappers;

pub(crate) use read::read;
