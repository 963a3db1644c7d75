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
    // Drawn as a blank: the braille pattern without dots, the null notehead, what stands for an object, and the filler of
    // Khitan.
    matches!(c, '\u{2800}' | '\u{1D159}' | '\u{FFFC}' | '\u{16FE4}')
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

/// The tags that make a flag of a black one: those of England, Scotland and Wales, which are all that are recommended for
/// interchange (UTS #51, ED-27). After any other, most readers see the black flag alone.
const TAGS_OF_FLAGS: [&str; 3] = [
    "\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

/// Whether the invisible character `c` belongs to what is seen between `before` and `after`: a joiner between letters of
/// a script that needs it, or what makes one emoji of several or says how a character is drawn. In a run of
/// such characters, only those that change what is drawn count.
pub(crate) fn shapes_others(before: &str, c: char, after: &str) -> bool {
    let (last, next) = (before.chars().next_back(), after.chars().next());
    match c {
        '\u{200C}' | '\u{200D}' if last.is_some_and(is_shaped) => next.is_some_and(is_shaped),
        '\u{200D}' => last.is_some_and(is_emoji_part) && next.is_some_and(is_pictographic),
        '\u{FE0E}' | '\u{FE0F}' => last.is_some_and(|last| is_emoji_before(last, next)),
        // Mongolian is written with them. The variants of other letters, such as those of Chinese characters, are the same
        // letters to a reader: most fonts draw no other shape.
        '\u{180B}'..='\u{180D}' | '\u{180F}' => last.is_some_and(is_mongolian),
        '\u{E0020}'..='\u{E007F}' => is_tag_of_flag(before, c, after),
        _ => false,
    }
}

/// Whether `c` asks for another shape of the letter `last`, as Japanese input methods have it do behind Chinese
/// characters. What selects emoji, and what Mongolian is written with, is not among it.
pub(crate) fn is_variation_of_letter(last: Option<char>, c: char) -> bool {
    let is_letter = |before| {
        matches!(
            category(before),
            GeneralCategory::UppercaseLetter
                | GeneralCategory::LowercaseLetter
                | GeneralCategory::TitlecaseLetter
                | GeneralCategory::ModifierLetter
                | GeneralCategory::OtherLetter
        )
    };
    matches!(c, '\u{FE00}'..='\u{FE0D}' | '\u{E0100}'..='\u{E01EF}') && last.is_some_and(is_letter)
}

/// Whether a character is an emoji where `next` comes after the selector that follows it. Digits are emoji only as keys,
/// the letters of flags only in pairs, and skin tones only on what they colour.
fn is_emoji_before(c: char, next: Option<char>) -> bool {
    is_emoji(c) && if c.is_ascii() { next == Some('\u{20E3}') } else { is_pictographic(c) }
}

/// Whether this is a letter of Mongolian.
fn is_mongolian(c: char) -> bool {
    let is_letter = matches!(category(c), GeneralCategory::OtherLetter | GeneralCategory::ModifierLetter);
    is_letter && CodePointMapData::<Script>::new().get(c) == Script::Mongolian
}

/// Whether a tag, with those before and after it, makes a flag.
fn is_tag_of_flag(before: &str, tag: char, after: &str) -> bool {
    let stands_there = |tags: &str, at: usize| {
        let (earlier, later) = (&tags[..at], &tags[at + tag.len_utf8()..]);
        before.strip_suffix(earlier).is_some_and(|before| before.ends_with('\u{1F3F4}')) && after.starts_with(later)
    };
    TAGS_OF_FLAGS.iter().any(|tags| tags.match_indices(tag).any(|(at, _)| stands_there(tags, at)))
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
        Script::Greek,
        Script::Cyrillic,
        Script::Ethiopic,
        Script::CanadianAboriginal,
        Script::Vai,
        Script::Lisu,
        Script::Nushu,
        Script::Tangut,
        Script::Runic,
        Script::Ogham,
        Script::Cuneiform,
        Script::EgyptianHieroglyphs,
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
