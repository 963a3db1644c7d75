//! What is said of a hash that cannot be read: what it is, and which form would do.

use auth_ports::UnreadableHash;

/// What hashes of a kind begin with, in any case, and what is said of them. The first that fits counts.
const KINDS: &[(&[&str], &str)] = &[
    (
        &["{noop}", "{plain}", "{cleartext}", "plain$", "plaintext$"],
        "is a plain password: hash it first, for example with bcrypt (`$2b$…`)",
    ),
    (&["!", "*"], "says that there is none: leave it out, and the user signs in with a code"),
    (
        &[
            "{sha}",
            "{md5}",
            "{smd5}",
            "{sha256}",
            "{sha-256}",
            "{sha512}",
            "{plain-md5}",
            "{ldap-md5}",
            "md5$",
            "sha1$",
            "sha256$",
            "sha512$",
        ],
        "is one digest of MD5 or SHA, which is not read: leave it out, and the user signs in with a code",
    ),
    (
        &["$1$", "$apr1$", "$md5", "{md5-crypt}", "$sha1$"],
        "is of an old crypt, which is not read: leave it out, and the user signs in with a code",
    ),
    (&["$y$", "$gy$", "$7$"], "is of yescrypt, which is not read: leave it out, and the user signs in with a code"),
    (&["u$"], "is a digest that was hashed again, which is not read: leave it out, and the user signs in with a code"),
    (&["$2x$", "$2$"], "is of a faulty bcrypt, which is not read: leave it out, and the user signs in with a code"),
    (
        &["$2", "bcrypt", "{bcrypt}", "{blf-crypt}", "$bcrypt-sha256$", "$wp$"],
        "must be of bcrypt with a cost of 4 to 15: `$2b$12$…` in 60 characters; of a digest, as Django, passlib or \
         WordPress write it",
    ),
    (
        &["$argon2", "argon2", "{argon2"],
        "must be of Argon2 with at most m=262144, t=10 and p=16: `$argon2id$v=19$m=…,t=…,p=…$SALT$OUTPUT`",
    ),
    (
        &["$fbscrypt$", "$firescrypt$", "$firebase-scrypt$"],
        "must be of Firebase's scrypt with its key and separator, with n at most 17, r at most 8 and p at most 5: \
         `$fbscrypt$v=1,n=14,r=8,p=1,ss=SEPARATOR,sk=KEY$SALT$OUTPUT`",
    ),
    (
        &["$scrypt$", "scrypt", "{scrypt", "$s0$"],
        "must be of scrypt with ln at most 17, r at most 8 (or 16, with ln at most 16) and p at most 5: \
         `$scrypt$ln=…,r=…,p=…$SALT$OUTPUT`",
    ),
    (
        &["$pbkdf2", "pbkdf2", "{pbkdf2", ":pbkdf2:", "{pkcs5s2}", "$p5k2$"],
        "must be of PBKDF2 with SHA-1, SHA-256 or SHA-512 and at most 2000000 rounds: \
         `$pbkdf2-sha256$i=…$SALT$OUTPUT`",
    ),
    (
        &["grub.pbkdf2."],
        "is PBKDF2 in hexadecimal, as of GRUB: write `$pbkdf2-sha512$i=…$SALT$OUTPUT`, with its rounds, and the salt and \
         the output in base64",
    ),
    (
        &["$p$", "$h$", "$s$", "$phpass"],
        "must be of phpass with at most 2^18 rounds: 34 characters from `$P$` or `$H$` on, or Drupal's 55 from `$S$` on",
    ),
    (
        &["$5$", "$6$", "{crypt}", "{sha256-crypt}", "{sha512-crypt}"],
        "must be of SHA-crypt with 1000 to 1000000 rounds: `$6$rounds=…$SALT$OUTPUT`",
    ),
    (&["{ssha", "$salted-"], "must be the base64 of one SHA-1, SHA-256 or SHA-512 output and its salt: `{SSHA512}…`"),
    (
        &["{\""],
        "must be a credential as Keycloak exports it, with `secretData` and `credentialData`, of `argon2` or `pbkdf2`",
    ),
];

const UNSALTED: &str = "is a digest in hexadecimal, which is not read: leave it out, and the user signs in with a code";
const PAIR: &str = "is a salt and an output, and does not say of what: if of scrypt, write \
     `$scrypt$ln=14,r=16,p=1$SALT$OUTPUT` with the parameters it was made with, and both in base64";
const RAW: &str = "is base64 and does not say of what: if of Firebase, write \
     `$fbscrypt$v=1,n=14,r=8,p=1,ss=SEPARATOR,sk=KEY$SALT$OUTPUT`; if of PBKDF2, `$pbkdf2-sha256$i=…$SALT$OUTPUT`";
const UNKNOWN: &str = "is of no form that is read: bcrypt (`$2b$…`), Argon2, scrypt and PBKDF2 (`$argon2id$…`, \
     `$scrypt$…`, `$pbkdf2-sha256$…`), SHA-crypt (`$6$…`), phpass (`$P$…`), `{SSHA…}`, and what Django, passlib, Werkzeug, \
     ASP.NET, Spring, Keycloak, MediaWiki, Atlassian and Firebase write";

/// What is wrong with a text that is no hash that can be read.
pub(super) fn reason(exported: &str) -> UnreadableHash {
    let begins = |start: &&str| exported.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    let kind = KINDS.iter().find(|(starts, _)| starts.iter().any(&begins));
    UnreadableHash(kind.map_or_else(|| shape(exported), |(_, reason)| reason))
}

/// What is said by the characters alone.
fn shape(exported: &str) -> &'static str {
    let is_hexadecimal = |text: &str| text.len() >= 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let is_base64 =
        |text: &str| text.len() >= 24 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(&b));
    match exported.split_once([':', '.']) {
        _ if is_hexadecimal(exported) => UNSALTED,
        Some((one, other)) if is_hexadecimal(one) && is_hexadecimal(other) => PAIR,
        _ if is_base64(exported) => RAW,
        _ => UNKNOWN,
    }
}
