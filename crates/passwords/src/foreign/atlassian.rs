//! Jira, Confluence, Bamboo and Crowd: `{PKCS5S2}`, the base64 of a salt and the output.

use super::salted_sha1::salted_sha1;
use crate::formats::octets;

/// Ten thousand rounds, which are not written in the hash.
pub(super) fn translate(exported: &str) -> Option<String> {
    salted_sha1(10_000, &octets(exported.strip_prefix("{PKCS5S2}")?)?)
}
