//! ASP.NET Identity: octets in base64, of which the first is the version.

use super::salted_sha1::salted_sha1;
use crate::formats::{octets, stored};

pub(super) fn translate(exported: &str) -> Option<String> {
    let hash = octets(exported)?;
    match hash.split_first()? {
        (0, rest) => second(rest),
        (1, rest) => third(rest),
        _ => None,
    }
}

/// A thousand rounds.
fn second(rest: &[u8]) -> Option<String> {
    salted_sha1(1_000, rest)
}

/// The digest, the rounds and the length of the salt, each in four octets, the highest first.
fn third(rest: &[u8]) -> Option<String> {
    let ([digest, rounds, salt], rest) = numbers(rest)?;
    let digest = match digest {
        0 => "sha1",
        1 => "sha256",
        2 => "sha512",
        _ => return None,
    };
    let (salt, output) = rest.split_at_checked(usize::try_from(salt).ok()?)?;
    Some(stored(&format!("pbkdf2-{digest}$i={rounds},l={}", output.len()), salt, output))
}

fn numbers(octets: &[u8]) -> Option<([u32; 3], &[u8])> {
    let (numbers, rest) = octets.split_at_checked(12)?;
    let number = |place: usize| numbers[4 * place..][..4].iter().fold(0, |value, octet| value << 8 | u32::from(*octet));
    Some((std::array::from_fn(number), rest))
}
