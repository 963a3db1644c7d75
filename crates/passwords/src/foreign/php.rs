//! WordPress, Drupal, phpBB and MediaWiki.

use super::python::of_bcrypt;
use crate::formats::{PHPASS, decimal, octets, stored};

pub(super) fn translate(exported: &str) -> Option<String> {
    if let Some(hash) = exported.strip_prefix("$wp$2y$") {
        return of_bcrypt("bcrypt-of-wordpress", &format!("$2y${hash}"));
    }
    phpass(exported).or_else(|| mediawiki(exported))
}

/// `$P$`, in phpBB `$H$`, in Drupal `$S$`; the logarithm of the rounds, the salt and the output follow at once.
fn phpass(exported: &str) -> Option<String> {
    /// The characters of a salt.
    const SALT: usize = 8;
    let names = [("$P$", "phpass-md5"), ("$H$", "phpass-md5"), ("$S$", "phpass-sha512")];
    let (name, rest) = names.into_iter().find_map(|(prefix, name)| Some((name, exported.strip_prefix(prefix)?)))?;
    let log_rounds = PHPASS.iter().position(|c| Some(c) == rest.as_bytes().first())?;
    let (salt, output) = rest.get(1..)?.split_at_checked(SALT)?;
    Some(format!("${name}$ln={log_rounds}${salt}${output}"))
}

/// `:pbkdf2:sha512:30000:64:salt:output`
fn mediawiki(exported: &str) -> Option<String> {
    let rest = exported.strip_prefix(":pbkdf2:")?;
    let parts: Vec<_> = rest.split(':').collect();
    let [digest, rounds, length, salt, output] = *parts else { return None };
    let params = format!("pbkdf2-{digest}$i={},l={}", decimal(rounds)?, decimal(length)?);
    Some(stored(&params, &octets(salt)?, &octets(output)?))
}
