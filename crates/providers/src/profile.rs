//! What a third party says about a user. It is for display only, so odd values are dropped rather than refused.

use auth_domain::external_identities::MAX_SUBJECT_CHARS;
use auth_domain::text::{bounded, without_variations};
use url::Url;

/// The longest name that accounts accept.
const MAX_NAME: usize = 64;
/// The longest picture address that accounts accept.
const MAX_PICTURE: usize = 2048;
/// The limit of RFC 5321, 4.5.3.1.3, without the angle brackets.
const MAX_EMAIL: usize = 254;
/// E.164 has 15 digits, and punctuation needs some room.
const MAX_PHONE_NUMBER: usize = 32;

pub(crate) fn name(raw: Option<&str>) -> Option<String> {
    shown(raw.map(without_variations).as_deref(), MAX_NAME)
}

pub(crate) fn email(raw: Option<&str>) -> Option<String> {
    shown(raw, MAX_EMAIL)
}

pub(crate) fn phone_number(raw: Option<&str>) -> Option<String> {
    shown(raw, MAX_PHONE_NUMBER)
}

/// Accepts only addresses that a page may load: no `javascript:`, no `data:`.
pub(crate) fn picture(raw: Option<&str>) -> Option<String> {
    let text = shown(raw, MAX_PICTURE)?;
    let url = Url::parse(&text).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(text)
}

/// Whether this can identify a user: 1 to 255 characters, none of them a control character. It is kept exactly as
/// sent, because the third party may distinguish values that trimming would make equal.
pub(crate) fn is_subject(raw: &str) -> bool {
    (1..=MAX_SUBJECT_CHARS).contains(&raw.chars().count()) && !raw.chars().any(char::is_control)
}

fn shown(raw: Option<&str>, max: usize) -> Option<String> {
    bounded(raw?, max).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_odd_is_dropped() {
        assert_eq!(name(Some(" Ada ")), Some("Ada".to_owned()));
        assert_eq!(name(Some("葛\u{E0100}城")), Some("葛城".to_owned()));
        assert_eq!(name(Some("  ")), None);
        assert_eq!(name(Some("a\u{202e}b")), None);
        assert_eq!(name(Some(&"a".repeat(65))), None);
        assert_eq!(picture(Some("https://cdn.example/ada.png")), Some("https://cdn.example/ada.png".to_owned()));
        assert_eq!(picture(Some("javascript:alert(1)")), None);
        assert_eq!(picture(Some("data:image/png;base64,AA")), None);
        assert_eq!(picture(Some("/ada.png")), None);
    }

    #[test]
    fn a_subject_has_1_to_255_characters() {
        assert!(!is_subject(""));
        assert!(is_subject("1"));
        assert!(is_subject(&"é".repeat(255)));
        assert!(!is_subject(&"a".repeat(256)));
        assert!(!is_subject("a\0b"));
    }
}
