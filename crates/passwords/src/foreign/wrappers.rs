//! What programs write before a hash of a form that others have too.

use std::borrow::Cow;

/// What stands before the hash, in any case, and what to read in its place: Spring's ids, Dovecot's and OpenLDAP's
/// schemes, Django's names, the versions of Nextcloud, and a WordPress hash of bcrypt alone.
const WRAPPERS: [(&str, &str); 20] = [
    ("{argon2}$", "$"),
    ("{argon2@springsecurity_v5_2}$", "$"),
    ("{argon2@springsecurity_v5_8}$", "$"),
    ("{argon2i}$", "$"),
    ("{argon2id}$", "$"),
    ("{bcrypt}$", "$"),
    ("{blf-crypt}$", "$"),
    ("{crypt}$", "$"),
    ("{pbkdf2-sha1}", "$pbkdf2$"),
    ("{pbkdf2-sha256}", "$pbkdf2-sha256$"),
    ("{pbkdf2-sha512}", "$pbkdf2-sha512$"),
    ("{scrypt}$", "$"),
    ("{scrypt@springsecurity_v5_8}$", "$"),
    ("{sha256-crypt}$", "$"),
    ("{sha512-crypt}$", "$"),
    ("argon2$", "$"),
    ("bcrypt$$", "$"),
    ("1|$", "$"),
    ("2|$", "$"),
    ("3|$", "$"),
];

/// The hash without what stands before it.
pub(super) fn unwrap(exported: &str) -> Cow<'_, str> {
    let inner = |(wrapper, instead): (&str, &str)| {
        let (start, rest) = exported.split_at_checked(wrapper.len())?;
        start.eq_ignore_ascii_case(wrapper).then(|| format!("{instead}{rest}"))
    };
    WRAPPERS.into_iter().find_map(inner).map_or(Cow::Borrowed(exported), Cow::Owned)
}
