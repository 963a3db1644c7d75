//! Properties of characters, by the Unicode Character Database.

use icu_properties::props::{
    DefaultIgnorableCodePoint, Emoji, EmojiModifier, ExtendedPictographic, GeneralCategory, Script,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The general category.
pub(crate) fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Whether a reader sees nothing of this character: it is ignorable by default, formats others, separates lines, or is
/// drawn as a blank although it is no space. Spaces are not among them.
pub(crate) fn is_invisible(c: char) -> bool {
    // Drawn as a blank: the braille pattern without dots, and the anchors of musical and shorthand notation.
    matches!(c, '\u{2800}' | '\u{1D159}' | '\u{FFFC}')
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || matches!(
            category(c),
            GeneralCategory::Format | GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator
        )
}

/// Whether somebody sees something of a text: there is a character that is no space, no mark on another and visible.
pub(crate) fn is_seen(text: &str) -> bool {
    let is_seen = |c: char| {
        let is_mark = matches!(category(c), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark);
        !c.is_whitespace() && !c.is_control() && !is_invisible(c) && !is_mark
    };
    text.contains(is_seen)
}

/// Whether the invisible character `c` belongs to what is seen around it: a joiner between letters of a script that needs
/// it, or what makes one emoji of several or says how a character is drawn.
pub(crate) fn shapes_others(before: Option<char>, c: char, after: Option<char>) -> bool {
    match c {
        '\u{200C}' | '\u{200D}' if before.is_some_and(is_shaped) => after.is_some_and(is_shaped),
        '\u{200D}' => before.is_some_and(is_emoji_part) && after.is_some_and(is_pictographic),
        // Digits are emoji only as keys.
        '\u{FE0E}' | '\u{FE0F}' => before.is_some_and(|c| is_emoji(c) && (!c.is_ascii() || after == Some('\u{20E3}'))),
        // Other variants of a letter, of which Chinese characters and Mongolian letters have some.
        '\u{FE00}'..='\u{FE0D}' | '\u{E0100}'..='\u{E01EF}' | '\u{180B}'..='\u{180D}' | '\u{180F}' => {
            before.is_some_and(|c| category(c) == GeneralCategory::OtherLetter)
        }
        // The letters of regional flags.
        '\u{E0020}'..='\u{E007F}' => before.is_some_and(|c| c == '\u{1F3F4}' || matches!(c, '\u{E0020}'..='\u{E007E}')),
        _ => false,
    }
}

/// Letters and marks of scripts whose shapes depend on joiners: all but those that are written letter by letter.
fn is_shaped(c: char) -> bool {
    let is_letter = matches!(
        category(c),
        GeneralCategory::OtherLetter | GeneralCategory::SpacingMark | GeneralCategory::NonspacingMark
    );
    let unshaped = [
        Script::Han,
        Script::Hiragana,
        Script::Katakana,
        Script::Hangul,
        Script::Hebrew,
        Script::Bopomofo,
        Script::Yi,
        Script::Latin,
        Script::Inherited,
        Script::Common,
        Script::Thai,
        Script::Lao,
    ];
    is_letter && !unshaped.contains(&CodePointMapData::<Script>::new().get(c)) && !is_invisible(c)
}

fn is_pictographic(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

fn is_emoji(c: char) -> bool {
    CodePointSetData::new::<Emoji>().contains(c)
}

/// What may stand before a joiner in an emoji.
fn is_emoji_part(c: char) -> bool {
    c == '\u{FE0F}' || is_pictographic(c) || CodePointSetData::new::<EmojiModifier>().contains(c)
}
