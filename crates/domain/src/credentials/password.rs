//! Passwords: prepared as OpaqueString (RFC 8265, 4.2), never truncated, never printed.

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::guessable::{BreachedPasswords, is_guessable};
use super::opaque::opaque_string;
use crate::identifier::Identifier;

/// Bounds the work of normalising hostile input; 256 characters of 4 bytes in a decomposed form fit.
const MAX_RAW_OCTETS: usize = 4096;

/// Which passwords an operator accepts. Lengths are in characters after preparation (RFC 8265, 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The shortest length; NIST SP 800-63B-4 forbids less than 8.
    pub min_chars: usize,
    /// The longest length; longer passwords are refused, not truncated.
    pub max_chars: usize,
    /// Whether three of the four classes (lower, upper, digit, other) are required.
    pub three_classes: bool,
    /// Passwords that are known from breaches, and refused.
    pub breached: BreachedPasswords,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { min_chars: 8, max_chars: 256, three_classes: false, breached: BreachedPasswords::default() }
    }
}

/// Why a new password was refused. The texts avoid the words, such as `password`, that make SDKs
/// report wrong credentials.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// The password is too short or too long.
    #[error("the chosen secret must have {min} to {max} characters")]
    Length {
        /// The shortest length allowed.
        min: usize,
        /// The longest length allowed.
        max: usize,
    },
    /// The password mixes fewer than three classes.
    #[error("the chosen secret must mix three of: lower case, upper case, digits, other characters")]
    Classes,
    /// The password is one of the most common, or follows a pattern that is guessed first.
    #[error("the chosen secret is one of the most common ones, or is only a repeat, a row of keys, a date or a word")]
    Common,
    /// The password is known from a breach elsewhere.
    #[error("the chosen secret is known from a theft of data elsewhere")]
    Breached,
    /// The password is the user's own name or address.
    #[error("the chosen secret must not be the user's own name or address")]
    Personal,
    /// The password contains a control character.
    #[error("the chosen secret must not contain control characters")]
    ControlCharacter,
    /// The password contains a character that cannot be relied upon to be typed again.
    #[error("the chosen secret must not contain invisible, private or unassigned characters")]
    Character,
}

/// A prepared password. It can be neither printed nor serialised, and is wiped from memory when dropped.
#[derive(Debug, Clone)]
pub struct Password {
    text: SecretString,
    /// As earlier versions prepared it, if they did otherwise.
    earlier: Option<SecretString>,
}

impl Password {
    /// Reads a password that is to be checked against a stored hash. It is prepared, or only normalised to NFC if it
    /// has characters that new passwords may not have, and checked only for a size that no stored password can exceed.
    /// `None`: it cannot be anybody's password.
    #[must_use]
    pub fn presented(raw: &str) -> Option<Self> {
        if raw.len() > MAX_RAW_OCTETS {
            return None;
        }
        let normal: String = raw.nfc().collect();
        let Some(text) = opaque_string(raw) else { return Some(Self { text: normal.into(), earlier: None }) };
        let earlier = (normal != text).then(|| normal.into());
        Some(Self { text: text.into(), earlier })
    }

    /// The same password as earlier versions prepared it, if they did otherwise: hashes may be of that.
    #[must_use]
    pub fn as_earlier(&self) -> Option<Self> {
        self.earlier.clone().map(|text| Self { text, earlier: None })
    }

    /// Reads a new password for an account that will have these identifiers.
    ///
    /// # Errors
    /// A [`PasswordError`] for the first rule that the password breaks.
    pub fn chosen(raw: &str, policy: &PasswordPolicy, own: &[Identifier]) -> Result<Self, PasswordError> {
        let length = PasswordError::Length { min: policy.min_chars, max: policy.max_chars };
        let password = Self::presented(raw).ok_or(length.clone())?;
        let text = password.text.expose_secret();
        if !(policy.min_chars..=policy.max_chars).contains(&text.chars().count()) {
            return Err(length);
        }
        if text.chars().any(char::is_control) {
            return Err(PasswordError::ControlCharacter);
        }
        if opaque_string(raw).is_none() {
            return Err(PasswordError::Character);
        }
        if policy.three_classes && classes(text) < 3 {
            return Err(PasswordError::Classes);
        }
        if own.iter().any(|identifier| is_own(text, identifier)) {
            return Err(PasswordError::Personal);
        }
        if is_guessable(text) {
            return Err(PasswordError::Common);
        }
        if policy.breached.contain(text) {
            return Err(PasswordError::Breached);
        }
        Ok(password)
    }

    /// The characters, for the hasher.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

fn classes(text: &str) -> usize {
    let classes: [fn(char) -> bool; 4] =
        [char::is_lowercase, char::is_uppercase, char::is_numeric, |c| !c.is_alphanumeric()];
    classes.into_iter().filter(|class| text.chars().any(class)).count()
}

fn is_own(text: &str, identifier: &Identifier) -> bool {
    let text = text.to_lowercase();
    let shown = identifier.shown().to_lowercase();
    // The local part of an e-mail address; a phone number without its country code, or without its plus.
    let local = identifier.canonical().split('@').next().unwrap_or_default();
    let national = shown.split(' ').next_back().unwrap_or_default();
    [identifier.canonical(), shown.as_str(), local, national, local.trim_start_matches('+')].contains(&text.as_str())
}

/// A stored hash, in PHC string format, in the `$2b$` form of bcrypt, or in the `$5$` and `$6$` forms of crypt(3).
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes the text of a hash from a hasher or a store.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text of the hash, for a store or a hasher.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part that says what a check costs: everything before the salt.
    #[must_use]
    pub fn cost(&self) -> &str {
        /// `$2b$12$`, which the salt follows.
        const BCRYPT: usize = 7;
        if self.0.starts_with("$2") {
            return self.0.get(..BCRYPT).unwrap_or(&self.0);
        }
        self.0.rsplitn(3, '$').nth(2).unwrap_or(&self.0)
    }

    /// A hash, of nobody's password, that costs what hashes cost by default.
    #[must_use]
    pub fn of_default_cost() -> Self {
        const SALT_AND_OUTPUT: &str = "MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI";
        Self(format!("{}${SALT_AND_OUTPUT}", Self::DEFAULT_COST))
    }

    /// What hashes cost by default.
    pub const DEFAULT_COST: &str = "$argon2id$v=19$m=19456,t=2,p=1";
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::credentials::Digest;
    use crate::identifier::{EmailScheme, IdentifierScheme as _, PhoneNumberScheme, UsernameScheme};

    fn choose(raw: &str) -> Result<Password, PasswordError> {
        let own = [
            EmailScheme.parse("ann.lee.long@example.com").expect("valid"),
            UsernameScheme::default().parse("Annabella").expect("valid"),
            PhoneNumberScheme::default().parse("+86 13100000008").expect("valid"),
        ];
        Password::chosen(raw, &PasswordPolicy::default(), &own)
    }

    #[test]
    fn the_cost_of_a_hash_is_what_stands_before_the_salt() {
        for (hash, cost) in [
            ("$argon2i$m=256,t=2,p=1$c2FsdA$b3V0cHV0", "$argon2i$m=256,t=2,p=1"),
            ("$2b$12$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG", "$2b$12$"),
            ("$pbkdf2-sha256$i=1000,l=32$c2FsdA$b3V0cHV0", "$pbkdf2-sha256$i=1000,l=32"),
            ("$6$c2FsdA$b3V0cHV0", "$6"),
            ("$5$rounds=9000$c2FsdA$b3V0cHV0", "$5$rounds=9000"),
            ("", ""),
            ("$2", "$2"),
            ("none", "none"),
        ] {
            assert_eq!(PasswordHash::new(hash.to_owned()).cost(), cost);
        }
        assert_eq!(PasswordHash::of_default_cost().cost(), PasswordHash::DEFAULT_COST);
    }

    #[test]
    fn lengths_count_characters() {
        for (length, ok) in [(7, false), (8, true), (64, true), (72, true), (73, true), (256, true), (257, false)] {
            let text: String = "xq€ü9Kz🙂".chars().cycle().take(length).collect();
            assert_eq!(choose(&text).is_ok(), ok, "{length} characters");
        }
    }

    #[test]
    fn refusals() {
        for (raw, error) in [
            ("password", Some(PasswordError::Common)),
            ("PassWord", Some(PasswordError::Common)),
            ("12345678", Some(PasswordError::Common)),
            ("13100000008", Some(PasswordError::Personal)),
            ("+8613100000008", Some(PasswordError::Personal)),
            ("8613100000008", Some(PasswordError::Personal)),
            ("annabella", Some(PasswordError::Personal)),
            ("Ann.Lee.Long@example.com", Some(PasswordError::Personal)),
            ("ann.lee.long", Some(PasswordError::Personal)),
            ("abc\0defgh", Some(PasswordError::ControlCharacter)),
            ("Password@123", None),
            ("DemoPass123!@#", None),
            ("SamplePass456$%^", None),
            ("correct horse battery staple", None),
        ] {
            assert_eq!(choose(raw).err(), error, "{raw}");
        }
    }

    #[test]
    fn classes_are_required_only_if_the_policy_says_so() {
        let strict = PasswordPolicy { three_classes: true, ..PasswordPolicy::default() };
        for (raw, ok) in [("kzqwpfxa", false), ("kzqwpfx1", false), ("Kzqwpfx1", true), ("kzqw-fx1", true)] {
            assert_eq!(Password::chosen(raw, &strict, &[]).is_ok(), ok, "{raw}");
            assert!(choose(raw).is_ok(), "{raw}");
        }
    }

    #[test]
    fn composed_and_decomposed_forms_are_the_same_password() {
        let composed = Password::presented("p\u{e9}ch\u{e9}s-2024").expect("fits");
        let decomposed = Password::presented("pe\u{301}che\u{301}s-2024").expect("fits");
        assert_eq!(composed.expose(), decomposed.expose());
    }

    #[test]
    fn spaces_of_all_kinds_are_the_same() {
        let plain = choose("my own long words").expect("fits");
        assert!(plain.as_earlier().is_none());
        for spaced in ["my\u{3000}own\u{3000}long\u{3000}words", "my\u{A0}own long\u{2009}words"] {
            let password = choose(spaced).expect("fits");
            assert_eq!(password.expose(), plain.expose(), "{spaced:?}");
            let earlier = password.as_earlier().expect("it was kept with its spaces");
            assert_eq!((earlier.expose(), earlier.as_earlier().is_none()), (spaced, true));
        }
    }

    #[test]
    fn what_new_passwords_may_not_have_still_signs_in() {
        for raw in ["family\u{1F469}\u{200D}\u{1F467}of-two", "hid\u{3164}den-filler", "private-\u{E000}-use"] {
            assert_eq!(choose(raw).err(), Some(PasswordError::Character), "{raw:?}");
            assert_eq!(Password::presented(raw).expect("fits").expose(), raw);
        }
    }

    #[test]
    fn passwords_of_breaches_are_refused() {
        let breached = ["Tr0ub4dor&3x", "my own long words"].map(Digest::of).to_vec();
        let policy = PasswordPolicy { breached: BreachedPasswords::new(breached), ..PasswordPolicy::default() };
        for (raw, error) in [
            ("Tr0ub4dor&3x", Some(PasswordError::Breached)),
            ("my\u{3000}own long words", Some(PasswordError::Breached)),
            ("Tr0ub4dor&3y", None),
        ] {
            assert_eq!(Password::chosen(raw, &policy, &[]).err(), error, "{raw}");
        }
    }

    #[test]
    fn neither_password_nor_hash_is_printed() {
        let printed = format!("{:?} {:?}", choose("Tr0ub4dor&3x"), PasswordHash::new("$argon2id$x".into()));
        assert!(!printed.contains("Tr0ub4dor") && !printed.contains("argon2id"), "{printed}");
    }

    proptest! {
        #[test]
        fn never_panics(raw in "\\PC{0,300}") {
            let _ = choose(&raw);
        }
    }
}
