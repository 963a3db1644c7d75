//! What users say about themselves. Nothing here identifies or authenticates anybody.

use thiserror::Error;
use url::Url;

use crate::text::{self, TextError};

/// The longest name, in characters.
const MAX_NAME: usize = 64;
/// The longest picture address, in characters.
const MAX_PICTURE: usize = 2048;
/// The longest description, in characters (the hosted service's admin interface has the same limit).
const MAX_DESCRIPTION: usize = 200;
/// The longest locale tag, in characters; RFC 5646, 4.4.1 recommends room for 35.
const MAX_LOCALE: usize = 35;

/// A user's profile. Every part is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// The name to display (`name`, also called the nickname).
    pub name: Option<String>,
    /// `MALE`, `FEMALE` or `UNKNOWN`.
    pub gender: Option<Gender>,
    /// The address of a picture.
    pub picture: Option<String>,
    /// A language tag, such as `zh`.
    pub locale: Option<String>,
    /// A few words about the user.
    pub description: Option<String>,
}

/// A gender, as one of the contract's three words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gender {
    /// `MALE`
    Male,
    /// `FEMALE`
    Female,
    /// `UNKNOWN`
    Unknown,
}

impl Gender {
    /// The gender's name on the wire and in stores.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Male => "MALE",
            Self::Female => "FEMALE",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// Finds the gender with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Male, Self::Female, Self::Unknown].into_iter().find(|gender| gender.name() == name)
    }
}

/// Why a part of a profile was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field} {reason}")]
pub struct ProfileError {
    /// The part's field in the request body.
    pub field: &'static str,
    /// What the field must be, as the end of a sentence that starts with the field's name.
    pub reason: String,
}

/// The parts of a profile as a client wrote them.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawProfile<'a> {
    /// `name`
    pub name: Option<&'a str>,
    /// `gender`
    pub gender: Option<&'a str>,
    /// `picture`
    pub picture: Option<&'a str>,
    /// `locale`
    pub locale: Option<&'a str>,
    /// `description`
    pub description: Option<&'a str>,
}

impl Profile {
    /// Checks every part but the locale, of which what can be read is kept: programs send it, not people. A text that
    /// consists only of spaces counts as absent.
    ///
    /// # Errors
    /// A [`ProfileError`] for the first part that is wrong.
    pub fn parse(raw: &RawProfile<'_>) -> Result<Self, ProfileError> {
        let written = |text: &&str| !text.trim().is_empty();
        Ok(Self {
            name: raw.name.filter(written).map(name).transpose()?,
            gender: raw.gender.map(gender).transpose()?,
            picture: raw.picture.map(picture).transpose()?,
            locale: raw.locale.and_then(locale),
            description: raw
                .description
                .filter(written)
                .map(|text| bounded("description", text, MAX_DESCRIPTION))
                .transpose()?,
        })
    }

    /// Keeps what can be read of each part and leaves the rest out. For profiles that come with something which must not
    /// fail for their sake: a proven sign-up, a sign-in at a third party.
    #[must_use]
    pub fn read(raw: &RawProfile<'_>) -> Self {
        Self {
            name: raw.name.and_then(|text| text::readable(text, MAX_NAME)).filter(|name| !is_signal(name)),
            gender: raw.gender.and_then(|text| Gender::from_name(&text.trim().to_ascii_uppercase())),
            picture: raw.picture.and_then(|text| picture(text).ok()),
            locale: raw.locale.and_then(locale),
            description: raw.description.and_then(|text| text::readable(text, MAX_DESCRIPTION)),
        }
    }

    /// This profile with every part replaced that is present in `newer`.
    #[must_use]
    pub fn updated_by(self, newer: Self) -> Self {
        Self {
            name: newer.name.or(self.name),
            gender: newer.gender.or(self.gender),
            picture: newer.picture.or(self.picture),
            locale: newer.locale.or(self.locale),
            description: newer.description.or(self.description),
        }
    }
}

fn bounded(field: &'static str, raw: &str, max: usize) -> Result<String, ProfileError> {
    text::bounded(raw, max).map_err(|reason: TextError| ProfileError { field, reason: reason.to_string() })
}

fn name(raw: &str) -> Result<String, ProfileError> {
    let text = bounded("name", &text::without_variations(raw), MAX_NAME)?;
    let refused = |reason: &str| Err(ProfileError { field: "name", reason: reason.into() });
    if !text::is_visible(&text) {
        return refused("must have a character that can be seen");
    }
    if is_signal(&text) {
        return refused("must not be the name that clients know anonymous users by");
    }
    Ok(text)
}

/// Whether clients read this name as a sign: SDKs take who is called so for an anonymous user.
fn is_signal(name: &str) -> bool {
    name.eq_ignore_ascii_case("anonymous")
}

fn gender(raw: &str) -> Result<Gender, ProfileError> {
    Gender::from_name(raw)
        .ok_or_else(|| ProfileError { field: "gender", reason: "must be MALE, FEMALE or UNKNOWN".into() })
}

/// Accepts web addresses only: a page that shows the picture must not be made to run `javascript:`.
fn picture(raw: &str) -> Result<String, ProfileError> {
    let text = bounded("picture", raw, MAX_PICTURE)?;
    let is_web = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if is_web {
        Ok(text)
    } else {
        Err(ProfileError { field: "picture", reason: "must be an http or https URL".into() })
    }
}

/// The language tag, without the character set and the variant of a POSIX locale (`en_US` of `en_US.UTF-8@euro`), the
/// script that Java writes behind a locale (`zh_CN` of `zh_CN_#Hans`) and the other languages of a list. `None`: there is
/// none.
fn locale(raw: &str) -> Option<String> {
    let text = raw.split(['.', '@', ';', ',', '#']).next().unwrap_or_default().trim().trim_end_matches('_');
    let is_tag = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    ((1..=MAX_LOCALE).contains(&text.len()) && is_tag).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts() {
        let long = "x".repeat(65);
        for (raw, wrong) in [
            (RawProfile { name: Some(" Ann "), ..RawProfile::default() }, None),
            (RawProfile { name: Some(&long), ..RawProfile::default() }, Some("name")),
            (RawProfile { name: Some("a\0b"), ..RawProfile::default() }, Some("name")),
            (RawProfile { gender: Some("FEMALE"), ..RawProfile::default() }, None),
            (RawProfile { gender: Some("female"), ..RawProfile::default() }, Some("gender")),
            (RawProfile { picture: Some("https://example.com/a.png"), ..RawProfile::default() }, None),
            (RawProfile { picture: Some("javascript:alert(1)"), ..RawProfile::default() }, Some("picture")),
            (RawProfile { locale: Some("zh-CN"), ..RawProfile::default() }, None),
            (RawProfile { locale: Some("z h"), ..RawProfile::default() }, None),
            (RawProfile { locale: Some("zh_CN@calendar=chinese"), ..RawProfile::default() }, None),
        ] {
            assert_eq!(Profile::parse(&raw).err().map(|e| e.field), wrong, "{raw:?}");
        }
    }

    #[test]
    fn what_can_be_read_of_a_part_is_kept() {
        let long = "x".repeat(65);
        let raw = |name, gender, picture, locale| RawProfile { name, gender, picture, locale, description: None };
        for (given, kept) in [
            (
                raw(
                    Some("Ann\u{3164}Lee"),
                    Some("female"),
                    Some(" https://x.example/a "),
                    Some("zh_CN@calendar=chinese"),
                ),
                (Some("AnnLee"), Some(Gender::Female), Some("https://x.example/a"), Some("zh_CN")),
            ),
            (
                raw(Some(&long), Some("?"), Some("javascript:alert(1)"), Some("en_US.UTF-8")),
                (Some(&long[..64]), None, None, Some("en_US")),
            ),
            (raw(Some("\u{200B}"), None, Some(""), Some("z h")), (None, None, None, None)),
            (raw(Some("Anonymous"), Some(""), None, Some("")), (None, None, None, None)),
            (raw(Some("a\0b"), None, None, Some("zh-CN;q=0.9")), (Some("ab"), None, None, Some("zh-CN"))),
            (raw(None, None, None, Some("zh_CN_#Hans")), (None, None, None, Some("zh_CN"))),
            (raw(None, None, None, Some("zh__#Hant")), (None, None, None, Some("zh"))),
            (raw(None, None, None, Some("_#Hant")), (None, None, None, None)),
        ] {
            let profile = Profile::read(&given);
            let read = (profile.name.as_deref(), profile.gender, profile.picture.as_deref(), profile.locale.as_deref());
            assert_eq!(read, kept, "{given:?}");
        }
        for name in ["anonymous", "\u{3164}", "\u{301}", "Ann\u{200B}Lee", "1\u{FE00}", "\u{E0100}葛"] {
            let refused = Profile::parse(&RawProfile { name: Some(name), ..RawProfile::default() });
            assert_eq!(refused.err().map(|error| error.field), Some("name"), "{name:?}");
        }
    }

    #[test]
    fn names_that_look_alike_for_a_variation_are_the_same() {
        let longest = "葛".repeat(64);
        let varied = "葛\u{E0100}".repeat(64);
        for (typed, kept) in [
            ("葛\u{E0100}城", "葛城"),
            (" 王\u{FE00} ", "王"),
            ("か\u{FE0D}な", "かな"),
            ("葛城", "葛城"),
            (varied.as_str(), longest.as_str()),
        ] {
            let raw = RawProfile { name: Some(typed), ..RawProfile::default() };
            let expected = Profile { name: Some(kept.to_owned()), ..Profile::default() };
            assert_eq!(Profile::parse(&raw), Ok(expected), "{typed:?}");
        }
        let raw = RawProfile { name: Some("葛\u{E0100}城"), ..RawProfile::default() };
        assert_eq!(Profile::read(&raw).name.as_deref(), Some("葛城"), "what comes with something else");
    }

    /// For each part, a profile with that part alone and the most characters that the part may have.
    fn alone(text: &str) -> [(RawProfile<'_>, usize); 5] {
        let none = RawProfile::default();
        [
            (RawProfile { name: Some(text), ..none }, MAX_NAME),
            (RawProfile { gender: Some(text), ..none }, 7),
            (RawProfile { picture: Some(text), ..none }, MAX_PICTURE),
            (RawProfile { locale: Some(text), ..none }, MAX_LOCALE),
            (RawProfile { description: Some(text), ..none }, MAX_DESCRIPTION),
        ]
    }

    /// The only part of a profile.
    fn part(profile: Profile) -> Option<String> {
        let gender = profile.gender.map(|gender| gender.name().to_owned());
        profile.name.or(gender).or(profile.picture).or(profile.locale).or(profile.description)
    }

    proptest! {
        #[test]
        fn accepted_parts_are_canonical_and_within_their_limits(
            text in prop_oneof![
                "(?s)\\s?.{0,99}\\s?|\\PC{60,230}",
                "[A-Za-z_-]{0,40}|((FE)?M|(fe)?m)?(ALE|ale)",
                "\\s?(https?|ftp):/{0,2}\\PC{0,20}",
                (2030_usize..2050).prop_map(|more| format!("https://x/{}", "y".repeat(more))),
            ],
        ) {
            for (number, (raw, most)) in alone(&text).into_iter().enumerate() {
                if let Ok(profile) = Profile::parse(&raw) {
                    let given = text.trim();
                    let Some(kept) = part(profile.clone()) else {
                        prop_assert!(raw.locale.is_some() || given.is_empty(), "a part that was given is kept");
                        continue;
                    };
                    prop_assert!(!kept.is_empty());
                    prop_assert!(kept.chars().count() <= most && !kept.contains(char::is_control));
                    let is_what_was_given = match raw {
                        RawProfile { locale: Some(_), .. } => given.starts_with(&kept),
                        RawProfile { name: Some(_), .. } => text::without_variations(given) == kept,
                        _ => given == kept,
                    };
                    prop_assert!(is_what_was_given, "{} of {}", kept, given);
                    let (again, _) = alone(&kept)[number];
                    prop_assert_eq!(Profile::parse(&again), Ok(profile));
                }
            }
        }

        #[test]
        fn only_web_addresses_are_pictures(
            scheme in "https?|ftps?|data|file|javascript|[a-z]{1,9}",
            rest in ":/{0,3}([a-z]{1,9}|\\PC{0,9})",
        ) {
            let raw = format!("{scheme}{rest}");
            if Profile::parse(&RawProfile { picture: Some(&raw), ..RawProfile::default() }).is_ok() {
                prop_assert!(scheme == "http" || scheme == "https");
            }
        }

        #[test]
        fn parts_within_their_limits_are_accepted(
            name in "[A-Za-zé名🙂]{1,64}|[A-Za-zé名🙂]{64}",
            gender in "MALE|FEMALE|UNKNOWN",
            picture in prop_oneof![
                "https?://[a-z]{1,9}\\.example(:[1-9][0-9]{0,3})?(/([a-z]|%20){0,9}){0,3}",
                Just(format!("https://x/{}", "y".repeat(2038))),
            ],
            locale in "[a-zA-Z]{2,3}([_-][A-Za-z0-9]{1,8}){0,3}|[a-z]{35}",
            description in "[A-Za-zé名🙂]{1,200}|[A-Za-zé名🙂]{200}",
        ) {
            let raw = RawProfile {
                name: Some(&name),
                gender: Some(&gender),
                picture: Some(&picture),
                locale: Some(&locale),
                description: Some(&description),
            };
            let expected = Profile {
                name: Some(name.clone()),
                gender: Gender::from_name(&gender),
                picture: Some(picture.clone()),
                locale: Some(locale.clone()),
                description: Some(description.clone()),
            };
            prop_assert_eq!(Profile::parse(&raw), Ok(expected));
        }
    }
}
