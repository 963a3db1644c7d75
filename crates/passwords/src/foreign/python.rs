//! Django, passlib (Odoo, GitLab and Phoenix write the same), and Werkzeug (Flask, Superset, Airflow).

use super::hexadecimal::hexadecimal;
use crate::formats::{decimal, octets, stored};

pub(super) fn translate(exported: &str) -> Option<String> {
    django(exported).or_else(|| passlib(exported)).or_else(|| werkzeug(exported))
}

/// `pbkdf2_sha256$600000$salt$output`, `scrypt$16384$salt$8$1$output`, `bcrypt_sha256$$2b$12$…`. The salts are texts.
fn django(exported: &str) -> Option<String> {
    if let Some(hash) = exported.strip_prefix("bcrypt_sha256$") {
        return of_bcrypt("bcrypt-of-sha256-hex", hash);
    }
    let parts: Vec<_> = exported.split('$').collect();
    match *parts {
        ["pbkdf2_sha1", rounds, salt, output] => pbkdf2("sha1", rounds, salt.as_bytes(), &octets(output)?),
        ["pbkdf2_sha256", rounds, salt, output] => pbkdf2("sha256", rounds, salt.as_bytes(), &octets(output)?),
        ["scrypt", n, salt, r, p, output] => scrypt([n, r, p], salt, &octets(output)?),
        _ => None,
    }
}

/// `$pbkdf2-sha256$29000$salt$output`, `$bcrypt-sha256$v=2,t=2b,r=12$salt$output`, `$bcrypt-sha256$2b,12$salt$output`,
/// and `{PBKDF2}131000$salt$output` for directories. Spring's hashes of that id are hexadecimal digits without a `$`.
fn passlib(exported: &str) -> Option<String> {
    let parts: Vec<_> = exported.split('$').collect();
    match *parts {
        ["", "pbkdf2", rounds, salt, output] => pbkdf2("sha1", rounds, &octets(salt)?, &octets(output)?),
        ["", "pbkdf2-sha256", rounds, salt, output] => pbkdf2("sha256", rounds, &octets(salt)?, &octets(output)?),
        ["", "pbkdf2-sha512", rounds, salt, output] => pbkdf2("sha512", rounds, &octets(salt)?, &octets(output)?),
        ["", "bcrypt-sha256", params, salt, output] => {
            let second = params.strip_prefix("v=2,t=2b,r=").map(|cost| ("bcrypt-of-hmac-sha256", cost));
            let first = || params.strip_prefix("2a,").or_else(|| params.strip_prefix("2b,"));
            let (name, cost) = second.or_else(|| first().map(|cost| ("bcrypt-of-sha256", cost)))?;
            Some(format!("${name}$r={}${salt}${output}", decimal(cost)?))
        }
        [start, salt, output] => {
            const ID: &str = "{pbkdf2}";
            let (_, rounds) = start.split_at_checked(ID.len()).filter(|(id, _)| id.eq_ignore_ascii_case(ID))?;
            pbkdf2("sha1", rounds, &octets(salt)?, &octets(output)?)
        }
        _ => None,
    }
}

/// `pbkdf2:sha256:600000$salt$output`, `scrypt:32768:8:1$salt$output`. The salts are texts, the outputs hexadecimal.
fn werkzeug(exported: &str) -> Option<String> {
    let (method, salted) = exported.split_once('$')?;
    let (salt, output) = salted.split_once('$')?;
    let method: Vec<_> = method.split(':').collect();
    match *method {
        ["pbkdf2", digest, rounds] => pbkdf2(digest, rounds, salt.as_bytes(), &hexadecimal(output)?),
        ["scrypt", n, r, p] => scrypt([n, r, p], salt, &hexadecimal(output)?),
        _ => None,
    }
}

fn pbkdf2(digest: &str, rounds: &str, salt: &[u8], output: &[u8]) -> Option<String> {
    Some(stored(&format!("pbkdf2-{digest}$i={},l={}", decimal(rounds)?, output.len()), salt, output))
}

fn scrypt([n, r, p]: [&str; 3], salt: &str, output: &[u8]) -> Option<String> {
    let n = decimal(n).filter(|n| n.is_power_of_two())?;
    Some(stored(&format!("scrypt$ln={},r={r},p={p}", n.trailing_zeros()), salt.as_bytes(), output))
}

/// bcrypt of a digest, where what follows is in bcrypt's own format.
pub(super) fn of_bcrypt(name: &str, hash: &str) -> Option<String> {
    /// The characters of a salt.
    const SALT: usize = 22;
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| hash.strip_prefix(prefix))?;
    let (cost, salted) = rest.split_once('$')?;
    let (salt, output) = salted.split_at_checked(SALT)?;
    Some(format!("${name}$r={}${salt}${output}", cost.strip_prefix('0').unwrap_or(cost)))
}
