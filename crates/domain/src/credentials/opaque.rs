//! The profile OpaqueString of PRECIS (RFC 8265, 4.2), by which passwords are prepared and compared.
//!
//! Its string class, FreeformClass (RFC 8264, 4.3 and 8), follows from properties of characters, so it keeps up with
//! Unicode. Nothing in it depends on the language of the user.

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, GeneralCategory, HangulSyllableType, JoiningType,
    NoncharacterCodePoint, Script,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization;

use crate::unicode::category;

/// Prepares a text: spaces of all kinds become the common one, and the text is normalised to NFC. `None` if it is empty
/// or has a character that is not allowed: control characters, invisible ones, those that are not assigned, old Hangul
/// letters, and joiners and marks outside of their context, before or after it was prepared.
pub(super) fn opaque_string(raw: &str) -> Option<String> {
    let is_allowed = |(index, c): (usize, char)| is_allowed(raw, index, c);
    if raw.is_empty() || !raw.char_indices().all(is_allowed) {
        return None;
    }
    let spaces = |c: char| if category(c) == GeneralCategory::SpaceSeparator { ' ' } else { c };
    let prepared: String = raw.chars().map(spaces).nfc().collect();
    // Normalising changes the order of marks, and with it the context of others (RFC 8264, 7).
    if prepared == raw { Some(prepared) } else { opaque_string(&prepared) }
}

/// RFC 8264, 8, for the FreeformClass: the first rule that knows the character decides.
fn is_allowed(text: &str, index: usize, c: char) -> bool {
    if let Some(is_allowed) = exception(text, index, c) {
        return is_allowed;
    }
    let is_unassigned = category(c) == GeneralCategory::Unassigned && !is_noncharacter(c);
    match c {
        _ if is_unassigned => false,
        '\u{21}'..='\u{7E}' => true,
        '\u{200C}' => follows_virama(&text[..index]) || joins(text, index),
        '\u{200D}' => follows_virama(&text[..index]),
        _ => !is_old_hangul(c) && !is_ignorable(c) && is_freeform(category(c)),
    }
}

/// RFC 8264, 9.6: what the properties would get wrong, and what needs a context (RFC 5892, appendix A).
fn exception(text: &str, index: usize, c: char) -> Option<bool> {
    let before = text[..index].chars().next_back();
    let after = text[index + c.len_utf8()..].chars().next();
    let is_of = |c: Option<char>, script| c.is_some_and(|c| script_of(c) == script);
    match c {
        '\u{DF}' | '\u{3C2}' | '\u{6FD}' | '\u{6FE}' | '\u{F0B}' | '\u{3007}' => Some(true),
        '\u{640}' | '\u{7FA}' | '\u{302E}' | '\u{302F}' | '\u{3031}'..='\u{3035}' | '\u{303B}' => Some(false),
        '\u{B7}' => Some(before == Some('l') && after == Some('l')),
        '\u{375}' => Some(is_of(after, Script::Greek)),
        '\u{5F3}' | '\u{5F4}' => Some(is_of(before, Script::Hebrew)),
        '\u{30FB}' => {
            Some(text.chars().any(|c| [Script::Hiragana, Script::Katakana, Script::Han].contains(&script_of(c))))
        }
        '\u{660}'..='\u{669}' => Some(!text.contains(|c| matches!(c, '\u{6F0}'..='\u{6F9}'))),
        '\u{6F0}'..='\u{6F9}' => Some(!text.contains(|c| matches!(c, '\u{660}'..='\u{669}'))),
        _ => None,
    }
}

/// Letters, digits, spaces, symbols and punctuation, whether they have a compatible equivalent or not
/// (RFC 8264, 9.1, 9.14 to 9.18). What remains are control, private and unassigned characters.
fn is_freeform(category: GeneralCategory) -> bool {
    !matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    )
}

fn is_noncharacter(c: char) -> bool {
    CodePointSetData::new::<NoncharacterCodePoint>().contains(c)
}

/// RFC 8264, 9.13.
fn is_ignorable(c: char) -> bool {
    is_noncharacter(c) || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// RFC 8264, 9.9.
fn is_old_hangul(c: char) -> bool {
    let sort = CodePointMapData::<HangulSyllableType>::new().get(c);
    [HangulSyllableType::LeadingJamo, HangulSyllableType::VowelJamo, HangulSyllableType::TrailingJamo].contains(&sort)
}

fn script_of(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

fn follows_virama(before: &str) -> bool {
    let class = |c| CodePointMapData::<CanonicalCombiningClass>::new().get(c);
    before.chars().next_back().is_some_and(|c| class(c) == CanonicalCombiningClass::Virama)
}

/// RFC 5892, A.1: between letters that join on both sides of the non-joiner.
fn joins(text: &str, index: usize) -> bool {
    let joining = |c: char| CodePointMapData::<JoiningType>::new().get(c);
    let next = |mut chars: Box<dyn Iterator<Item = char> + '_>| {
        chars.find(|c| joining(*c) != JoiningType::Transparent).map(joining)
    };
    let before = next(Box::new(text[..index].chars().rev()));
    let after = next(Box::new(text[index..].chars().skip(1)));
    let joins_before = before.is_some_and(|kind| [JoiningType::LeftJoining, JoiningType::DualJoining].contains(&kind));
    let joins_after = after.is_some_and(|kind| [JoiningType::RightJoining, JoiningType::DualJoining].contains(&kind));
    joins_before && joins_after
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_examples_of_the_rfc() {
        for (raw, prepared) in [
            ("correct horse battery staple", Some("correct horse battery staple")),
            ("Correct Horse Battery Staple", Some("Correct Horse Battery Staple")),
            ("\u{3C0}\u{DF}\u{E5}", Some("\u{3C0}\u{DF}\u{E5}")),
            ("Jack of \u{2666}s", Some("Jack of \u{2666}s")),
            ("foo\u{1680}bar", Some("foo bar")),
            ("", None),
            ("my cat is a \u{9}by", None),
        ] {
            assert_eq!(opaque_string(raw).as_deref(), prepared, "{raw:?}");
        }
    }

    #[test]
    fn characters_by_their_properties() {
        for (raw, is_allowed) in [
            ("a\u{3000}b\u{A0}c", true),
            ("ｆｕｌｌ", true),
            ("ﬁ", true),
            ("🙂🏳", true),
            ("🫠", true),
            ("密码", true),
            ("l\u{B7}l", true),
            ("a\u{B7}b", false),
            ("\u{915}\u{94D}\u{200D}\u{937}", true),
            ("a\u{200D}b", false),
            ("\u{646}\u{627}\u{645}\u{647}\u{200C}\u{627}\u{6CC}", true),
            ("a\u{200C}b", false),
            ("\u{660}\u{661}", true),
            ("\u{660}\u{6F1}", false),
            ("ア・ラ", true),
            ("a・b", false),
            ("a\u{640}b", false),
            ("a\u{3164}b", false),
            ("a\u{AD}b", false),
            ("a\u{FE0F}b", false),
            ("a\u{1100}b", false),
            ("a\u{E000}b", false),
            ("a\u{378}b", false),
            ("a\u{FFFF}b", false),
            ("a\0b", false),
            ("a\u{2028}b", false),
        ] {
            assert_eq!(opaque_string(raw).is_some(), is_allowed, "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_prepared_stays_as_it_is(raw in "\\PC{0,40}|[ \u{A0}\u{3000}a-zé\u{301}\u{200C}\u{200D}\u{94D}]{0,20}") {
            if let Some(prepared) = opaque_string(&raw) {
                prop_assert_eq!(opaque_string(&prepared), Some(prepared));
            }
        }

        #[test]
        fn composed_and_decomposed_are_the_same(raw in "[a-zàéîõü ]{1,30}") {
            let decomposed: String = raw.nfd().collect();
            prop_assert_eq!(opaque_string(&decomposed), opaque_string(&raw));
        }
    }
}
