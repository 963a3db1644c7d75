//! Free text from outside: bounded, trimmed, without control characters.

use thiserror::Error;

use crate::unicode::{is_invisible, is_seen, is_variation_of_letter, shapes_others};

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// The text is longer than the field allows, in characters.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// The text contains a control character, which no store, header or log line should carry, or an invisible one, by
    /// which two texts would look alike.
    #[error("must not contain control characters or invisible ones")]
    ControlCharacter,
}

/// Trims `raw` and checks that it has at most `max` characters, no control character and no invisible one. Joiners
/// between letters and within emoji are no such characters.
///
/// # Errors
/// [`TextError`], which never repeats the text itself.
pub fn bounded(raw: &str, max: usize) -> Result<String, TextError> {
    let text = raw.trim();
    let hides = |(index, c): (usize, char)| {
        let (before, after) = (&text[..index], &text[index + c.len_utf8()..]);
        c.is_control() || (is_invisible(c) && !shapes_others(before, c, after))
    };
    if text.char_indices().any(hides) {
        return Err(TextError::ControlCharacter);
    }
    if text.chars().count() > max {
        return Err(TextError::TooLong(max));
    }
    Ok(text.to_owned())
}

/// What can be read of a text that is only shown: without control characters and invisible ones (joiners between letters
/// and within emoji stay), cut to `max` characters. `None` if nothing is left that can be seen.
#[must_use]
pub fn readable(raw: &str, max: usize) -> Option<String> {
    let shown: String = seen(raw).trim().chars().take(max).collect();
    let shown = seen(&shown).trim().to_owned();
    is_seen(&shown).then_some(shown)
}

/// The bytes as hexadecimal digits in lower case, two for each.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text without control characters and without what is invisible and shapes nothing.
fn seen(raw: &str) -> String {
    let mut seen = String::with_capacity(raw.len());
    for (index, c) in raw.char_indices() {
        let after = &raw[index + c.len_utf8()..];
        let c = if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c };
        if !c.is_control() && (!is_invisible(c) || shapes_others(&seen, c, after)) {
            seen.push(c);
        }
    }
    seen
}

/// The text without the variation selectors that stand directly behind a letter. Input methods write them unasked, so
/// that whoever has typed such a name could not see why [`bounded`] refuses it. Two names that look alike are then the
/// same text.
#[must_use]
pub fn without_variations(raw: &str) -> String {
    let mut last = None;
    let is_kept = |c: &char| !is_variation_of_letter(last.replace(*c), *c);
    raw.chars().filter(is_kept).collect()
}

/// Whether a text has something that can be seen.
#[must_use]
pub fn is_visible(text: &str) -> bool {
    is_seen(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_byte_is_two_digits_in_lower_case() {
        assert_eq!((hexadecimal(&[]), hexadecimal(&[0, 10, 0x7f, 0xff])), (String::new(), "000a7fff".to_owned()));
    }

    #[test]
    fn what_is_invisible_is_refused_where_it_shapes_nothing() {
        for (text, readable_as, is_taken) in [
            ("Ann Lee", Some("Ann Lee"), true),
            ("Ann\u{3164}Lee", Some("AnnLee"), false),
            ("Ann\u{200D}Lee", Some("AnnLee"), false),
            ("Ann\u{2800}Lee", Some("AnnLee"), false),
            ("Ann\u{FE0F}Lee", Some("AnnLee"), false),
            ("Ann\u{E0041}Lee", Some("AnnLee"), false),
            ("Ann\tLee", Some("Ann Lee"), false),
            ("a\0b", Some("ab"), false),
            ("می\u{200C}خواهم", Some("می\u{200C}خواهم"), true),
            ("क्\u{200D}ष", Some("क्\u{200D}ष"), true),
            ("👩\u{200D}👩\u{200D}👧", Some("👩\u{200D}👩\u{200D}👧"), true),
            ("👩🏽\u{200D}🚀", Some("👩🏽\u{200D}🚀"), true),
            ("❤\u{FE0F}\u{200D}🔥", Some("❤\u{FE0F}\u{200D}🔥"), true),
            (
                "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
                Some("🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}"),
                true,
            ),
            ("王小明", Some("王小明"), true),
            ("\u{3164}", None, false),
            ("\u{200D}", None, false),
            ("\u{2800}\u{115F}", None, false),
            ("\u{301}", None, true),
            ("   ", None, true),
        ] {
            assert_eq!(readable(text, 64).as_deref(), readable_as, "{text:?}");
            assert_eq!(bounded(text, 64).is_ok(), is_taken, "{text:?}");
        }
        assert_eq!(readable("👩\u{200D}👧", 2).as_deref(), Some("👩"), "what is cut off leaves no joiner");
    }

    #[test]
    fn what_selects_or_joins_stays_only_where_something_else_is_seen_for_it() {
        for (what, text, readable_as) in [
            ("an ideographic variation of a Chinese character", "王\u{E0100}小明", "王小明"),
            ("the last ideographic variation", "葛\u{E01EF}城", "葛城"),
            ("a standardized variation of a Chinese character", "王\u{FE00}小明", "王小明"),
            ("a variation of a kana", "か\u{FE0D}な", "かな"),
            ("a variation of a letter of Myanmar", "\u{1000}\u{FE00}", "\u{1000}"),
            ("a Mongolian variation after a Chinese character", "王\u{180B}小明", "王小明"),
            ("a Mongolian variation after a Latin letter", "Ann\u{180F}", "Ann"),
            ("a Mongolian variation at the beginning", "\u{180B}Ann", "Ann"),
            ("a Mongolian variation after a Mongolian letter", "\u{1820}\u{180B}\u{1828}", "\u{1820}\u{180B}\u{1828}"),
            ("the fourth Mongolian variation", "\u{1820}\u{180F}", "\u{1820}\u{180F}"),
            ("two Mongolian variations", "\u{1820}\u{180B}\u{180C}", "\u{1820}\u{180B}"),
            ("a Mongolian variation after a Mongolian digit", "\u{1811}\u{180B}", "\u{1811}"),
            ("one emoji selector", "❤\u{FE0F}", "❤\u{FE0F}"),
            ("the text selector", "☎\u{FE0E}", "☎\u{FE0E}"),
            ("two emoji selectors", "❤\u{FE0F}\u{FE0F}", "❤\u{FE0F}"),
            ("both selectors", "❤\u{FE0E}\u{FE0F}", "❤\u{FE0E}"),
            ("an emoji selector after a letter", "王\u{FE0F}", "王"),
            ("an emoji selector after a skin tone", "👍🏽\u{FE0F}", "👍🏽"),
            ("an emoji selector after the letters of a flag", "🇨🇳\u{FE0F}", "🇨🇳"),
            ("a key", "1\u{FE0F}\u{20E3}", "1\u{FE0F}\u{20E3}"),
            ("a digit that is no key", "1\u{FE0F}2", "12"),
            ("a selector after a key", "1\u{FE0F}\u{20E3}\u{FE0F}", "1\u{FE0F}\u{20E3}"),
            ("two joiners between emoji", "👩\u{200D}\u{200D}👧", "👩\u{200D}👧"),
            ("two joiners between letters", "क्\u{200D}\u{200D}ष", "क्\u{200D}ष"),
            ("two kinds of joiner between letters", "می\u{200C}\u{200D}خواهم", "می\u{200D}خواهم"),
            ("a joiner after an emoji", "👩\u{200D}", "👩"),
            ("a joiner between Ethiopic letters", "ሀ\u{200D}ለ", "ሀለ"),
            ("a flag whose tags do not end", "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}", "🏴"),
            ("a flag of which tags are missing", "🏴\u{E0067}\u{E0062}\u{E007F}", "🏴"),
            ("a flag of no tags", "🏴\u{E007F}", "🏴"),
            ("a flag that readers see as a black one", "🏴\u{E0075}\u{E0073}\u{E0063}\u{E0061}\u{E007F}", "🏴"),
            (
                "the tags of a flag after another character",
                "Ann\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
                "Ann",
            ),
            (
                "a tag after a flag",
                "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}\u{E007F}",
                "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
            ),
            ("the filler of Khitan", "Ann\u{16FE4}Lee", "AnnLee"),
        ] {
            assert_eq!(readable(text, 64).as_deref(), Some(readable_as), "{what}");
            assert_eq!(bounded(text, 64).is_ok(), text == readable_as, "{what}");
        }
        let wales = "🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}";
        assert_eq!(readable(wales, 6).as_deref(), Some("🏴"), "what is cut off leaves no tags");
    }

    #[test]
    fn variations_of_letters_are_left_out_and_nothing_else_is() {
        for (what, text, without) in [
            ("an ideographic variation", "葛\u{E0100}城", "葛城"),
            ("the last ideographic variation, at the end", "城葛\u{E01EF}", "城葛"),
            ("several letters with one each", "葛\u{E0100}辻\u{E0101}", "葛辻"),
            ("the first standardized variation", "王\u{FE00}小明", "王小明"),
            ("the last standardized variation", "か\u{FE0D}な", "かな"),
            ("a variation of a Latin letter", "Ann\u{FE00}", "Ann"),
            ("a second variation of a letter", "葛\u{E0100}\u{E0101}", "葛\u{E0101}"),
            ("a variation at the beginning", "\u{E0100}葛", "\u{E0100}葛"),
            ("a variation of a space", "葛 \u{E0100}城", "葛 \u{E0100}城"),
            ("a variation of a digit", "1\u{FE00}", "1\u{FE00}"),
            ("a selector of emoji behind a letter", "王\u{FE0F}", "王\u{FE0F}"),
            ("a selector of emoji", "❤\u{FE0F}", "❤\u{FE0F}"),
            ("a Mongolian variation", "\u{1820}\u{180B}", "\u{1820}\u{180B}"),
            ("a space without width", "Ann\u{200B}Lee", "Ann\u{200B}Lee"),
            ("a text without any", " Ann Lee ", " Ann Lee "),
        ] {
            assert_eq!(without_variations(text), without, "{what}");
        }
    }

    #[test]
    fn no_invisible_character_alone_can_be_seen() {
        for c in ('\0'..=char::MAX).filter(|c| is_invisible(*c) || c.is_control() || c.is_whitespace()) {
            assert!(!is_visible(&c.to_string()) && readable(&c.to_string(), 9).is_none(), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_readable_is_taken_as_it_is(raw in "(?s).{0,40}|[a王\u{1820}\u{301}👩🏴\u{200D}\u{FE0F}\u{E0100}\u{180B}\u{E0067}\u{E007F}क्\u{200C}\u{3164} ]{0,12}", max in 0_usize..20) {
            if let Some(text) = readable(&raw, max) {
                let (as_is, again) = (bounded(&text, max), readable(&text, max));
                prop_assert_eq!(as_is.as_deref(), Ok(&*text));
                prop_assert_eq!(again.as_deref(), Some(&*text));
            }
        }

        #[test]
        fn accepted_text_is_canonical(raw in "(?s)\\s{0,3}.{0,40}\\s{0,3}|\\PC{0,40}", max in 0_usize..50) {
            match bounded(&raw, max) {
                Ok(text) => {
                    prop_assert_eq!(&text, raw.trim());
                    prop_assert!(text.chars().count() <= max && !text.contains(char::is_control));
                    prop_assert_eq!(bounded(&text, max), Ok(text));
                }
                Err(TextError::TooLong(at)) => prop_assert!(at == max && raw.trim().chars().count() > max),
                Err(TextError::ControlCharacter) => {
                    prop_assert!(raw.trim().contains(|c: char| c.is_control() || is_invisible(c)));
                }
            }
        }

        #[test]
        fn text_of_a_permitted_length_is_accepted(text in "[a-zé名🙂]{1,20}( [a-zé名🙂]{1,20}){0,3}", more in 0_usize..3) {
            let max = text.chars().count() + more;
            prop_assert_eq!(bounded(&format!("\t{text} \n"), max), Ok(text));
        }

        #[test]
        fn no_invisible_character_is_accepted(
            text in "[a-z]{1,9}[\\p{Cc}\u{AD}\u{61C}\u{180E}\u{200B}\u{200E}\u{200F}\u{2028}-\u{202E}\u{2060}-\u{2069}\u{FEFF}][a-z]{1,9}",
        ) {
            prop_assert_eq!(bounded(&text, 19), Err(TextError::ControlCharacter));
        }
    }
}
