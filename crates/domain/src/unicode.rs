//! Properties of characters, by the Unicode Character Database.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
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

/// Whether the character means nothing to others: control characters, private ones, and those that are not assigned.
pub(crate) fn is_meaningless(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::Control
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
    )
}
