//! Chosen names: ASCII, compared without regard to case, never to be mistaken for an address.

use std::ops::RangeInclusive;

use super::{EmailScheme, Identifier, IdentifierError, IdentifierKind, IdentifierScheme};
use crate::messages::Channel;

/// Names that would let a user pose as the service.
pub const RESERVED_NAMES: [&str; 16] = [
    "admin",
    "administrator",
    "root",
    "system",
    "support",
    "security",
    "abuse",
    "postmaster",
    "webmaster",
    "hostmaster",
    "official",
    "moderator",
    "anonymous",
    "null",
    "undefined",
    "me",
];

/// How many characters a name may have; the scenario decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsernameLength(RangeInclusive<usize>);

impl UsernameLength {
    /// 2–48: signing up with a phone, signing in, and editing.
    pub const WIDE: Self = Self(2..=48);
    /// 5–24: signing up with e-mail or a third party.
    pub const NARROW: Self = Self(5..=24);
}

/// The rules for names of a permitted length.
#[derive(Debug, Clone)]
pub struct UsernameScheme {
    length: UsernameLength,
}

impl UsernameScheme {
    /// Makes a scheme for names of this length.
    #[must_use]
    pub fn new(length: UsernameLength) -> Self {
        Self { length }
    }

    fn refused(reason: impl Into<String>) -> IdentifierError {
        IdentifierError::new(IdentifierKind::USERNAME, reason)
    }
}

impl Default for UsernameScheme {
    fn default() -> Self {
        Self::new(UsernameLength::WIDE)
    }
}

impl IdentifierScheme for UsernameScheme {
    fn kind(&self) -> IdentifierKind {
        IdentifierKind::USERNAME
    }

    fn parse(&self, raw: &str) -> Result<Identifier, IdentifierError> {
        let name = self.spelled(raw)?;
        if reads_as_number(raw) || EmailScheme.parse(raw).is_ok() {
            return Err(Self::refused("must not look like a phone number or an e-mail address"));
        }
        if RESERVED_NAMES.contains(&name.canonical()) {
            return Err(Self::refused("is reserved"));
        }
        Ok(name)
    }

    /// Earlier versions read fewer texts as phone numbers, so there are names that would be refused today.
    fn recognise(&self, raw: &str) -> Option<Identifier> {
        self.spelled(raw).ok()
    }

    fn channel(&self) -> Option<Channel> {
        None
    }
}

impl UsernameScheme {
    fn spelled(&self, raw: &str) -> Result<Identifier, IdentifierError> {
        let range = &self.length.0;
        if !range.contains(&raw.chars().count()) {
            return Err(Self::refused(format!("must have {} to {} characters", range.start(), range.end())));
        }
        if !raw.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)) {
            return Err(Self::refused("may only contain letters, digits, '_', '-' and '.'"));
        }
        if !raw.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(Self::refused("must start with a letter or a digit"));
        }
        if raw.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Self::refused("must not consist of digits only"));
        }
        Ok(Identifier::from_parts(IdentifierKind::USERNAME, raw.to_ascii_lowercase(), raw.to_owned()))
    }
}

/// Whether digits and separators alone make a number somewhere. No number has fewer digits than seven.
fn reads_as_number(raw: &str) -> bool {
    let digits = raw.bytes().filter(u8::is_ascii_digit).count();
    digits >= 7 && raw.bytes().all(|b| b.is_ascii_digit() || b"-.".contains(&b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identifier::PhoneNumberScheme;

    #[test]
    fn length_by_scenario() {
        for (length, wide, narrow) in [
            (1, false, false),
            (2, true, false),
            (4, true, false),
            (5, true, true),
            (24, true, true),
            (25, true, false),
            (48, true, false),
            (49, false, false),
        ] {
            let name = "a".repeat(length);
            assert_eq!(UsernameScheme::new(UsernameLength::WIDE).parse(&name).is_ok(), wide, "{length} with a phone");
            assert_eq!(UsernameScheme::new(UsernameLength::NARROW).parse(&name).is_ok(), narrow, "{length} otherwise");
        }
    }

    #[test]
    fn spelling() {
        for (name, ok) in [
            ("user123", true),
            ("github_user", true),
            ("a.b-c_d", true),
            ("1st", true),
            ("Ann", true),
            ("12345", false),
            ("_ann", false),
            ("-ann", false),
            (".ann", false),
            ("ann lee", false),
            ("ann@lee", false),
            ("+8613000000000", false),
            ("13000000000", false),
            ("130-0000-0007", false),
            ("415.555.2671", false),
            ("2024-01", true),
            ("7-eleven", true),
            ("名字名字名字", false),
            ("ann\0", false),
            ("Admin", false),
            ("ann\u{200B}", false),
            ("ａｎｎｉｅ", false),
        ] {
            assert_eq!(UsernameScheme::default().parse(name).is_ok(), ok, "{name:?}");
        }
    }

    #[test]
    fn whoever_has_a_name_that_is_no_longer_accepted_is_recognised_by_it() {
        let scheme = UsernameScheme::default();
        for (name, is_accepted) in [("130-0000-0007", false), ("Admin", false), ("Ann", true)] {
            let recognised = scheme.recognise(name).expect(name);
            assert_eq!((recognised.shown(), scheme.parse(name).is_ok()), (name, is_accepted));
        }
        assert!(scheme.recognise("13000000000").is_none() && scheme.recognise("ann lee").is_none());
    }

    #[test]
    fn operators_find_a_name_as_it_was_pasted() {
        let scheme = UsernameScheme::default();
        for (raw, name) in [
            ("Ann", Some("ann")),
            ("ａｎｎｉｅ", Some("annie")),
            ("\u{202A}\u{200E}ann\u{2060}\u{202C}", Some("ann")),
            ("\u{FEFF}\u{3000}ann\u{A0}", Some("ann")),
            ("130-0000-0007", Some("130-0000-0007")),
            ("admin", Some("admin")),
            ("an\u{200B}n", None),
            ("１３００００００００７", None),
        ] {
            let found = scheme.look_up(raw).ok();
            assert_eq!(found.as_ref().map(Identifier::canonical), name, "{raw:?}");
        }
        for (raw, beginnings) in
            [("Ann", &["ann"][..]), ("ＡＮ", &["ＡＮ", "an"]), ("\u{A0}ann\u{3000}", &["ann"]), (" ", &[])]
        {
            assert_eq!(scheme.beginnings(raw), beginnings, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn is_unique_without_regard_to_case_and_shown_as_typed(name in "[a-zA-Z][a-zA-Z0-9_.-]{4,20}") {
            if let Ok(parsed) = UsernameScheme::default().parse(&name) {
                prop_assert_eq!(parsed.shown(), name.as_str());
                let upper = UsernameScheme::default().parse(&name.to_ascii_uppercase())?;
                prop_assert_eq!(upper.canonical(), parsed.canonical());
                prop_assert!(PhoneNumberScheme::default().parse(&name).is_err());
                prop_assert!(EmailScheme.parse(&name).is_err());
            }
        }

        #[test]
        fn never_panics(raw in "\\PC{0,60}") {
            let _ = UsernameScheme::default().parse(&raw);
        }
    }
}
