//! What passwords are put together from.

use super::{dates, keyboard, lists, pinyin};

/// The shortest piece.
pub(super) const SHORTEST: usize = 3;
/// The shortest word that is one beside other things.
const SHORTEST_WORD: usize = 4;
/// The shortest walk that changes its direction.
const SHORTEST_ZIGZAG: usize = 6;

/// Numbers that people choose for their sound or their luck, and digits that everybody knows.
const LUCKY: [&str; 60] = [
    "110",
    "119",
    "120",
    "147",
    "168",
    "188",
    "233",
    "369",
    "518",
    "520",
    "521",
    "558",
    "668",
    "688",
    "886",
    "911",
    "584",
    "1314",
    "1818",
    "2333",
    "5188",
    "5200",
    "5210",
    "8520",
    "8898",
    "13145",
    "52013",
    "89757",
    "131420",
    "131421",
    "251314",
    "521314",
    "721521",
    "770880",
    "775852",
    "201314",
    "211314",
    "584520",
    "584521",
    "584131",
    "1314520",
    "1314521",
    "2597758",
    "3344520",
    "3344521",
    "5203344",
    "7708801",
    "7758991",
    "7788520",
    "7788521",
    "8008208820",
    "5201314",
    "1123581321",
    "4815162342",
    "5211314",
    "7758258",
    "7758520",
    "7758521",
    "9958123",
    "31415926",
];

/// What a part of a password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A repeat, a run, a straight walk over the keyboard, a number that is known to all, a date.
    Pattern {
        /// Whether it has letters: random characters have more of such patterns.
        of_letters: bool,
    },
    /// A longer walk over the keyboard, up and down.
    Zigzag,
    /// A day with a year of two digits, which is also just a number.
    ShortDate,
    /// A word, a name, or a phrase in pinyin of so many syllables.
    Word {
        /// For pinyin.
        syllables: Option<usize>,
    },
}

/// The pieces that a part in lower case is.
pub(super) fn pieces(part: &[char]) -> impl Iterator<Item = Piece> {
    let text: String = part.iter().collect();
    let is_pattern = is_repeat(part)
        || is_run(part)
        || keyboard::is_straight(part)
        || LUCKY.contains(&text.as_str())
        || dates::is_date(&text)
        || dates::is_year(&text);
    let is_zigzag = part.len() >= SHORTEST_ZIGZAG && keyboard::is_zigzag(part);
    let is_long = part.len() >= SHORTEST_WORD;
    let syllables = pinyin::phrase(&text); // also short ones, as names are
    let is_word = is_long && lists::is_word(&text);
    [
        is_pattern.then(|| Piece::Pattern { of_letters: !text.bytes().all(|b| b.is_ascii_digit()) }),
        is_zigzag.then_some(Piece::Zigzag),
        dates::is_short_date(&text).then_some(Piece::ShortDate),
        is_word.then_some(Piece::Word { syllables: None }),
        syllables.map(|count| Piece::Word { syllables: Some(count) }),
    ]
    .into_iter()
    .flatten()
}

/// Whether a shorter text comes again and again, whole or begun.
pub(super) fn is_repeat(text: &[char]) -> bool {
    let repeats = |period: usize| text.iter().zip(text.iter().skip(period)).all(|(one, next)| one == next);
    (1..=text.len() / 2).any(repeats)
}

/// Whether letters or digits count up or down by one; nought follows nine.
pub(super) fn is_run(text: &[char]) -> bool {
    let follows = |by: i32| {
        text.windows(2).all(|pair| {
            let [one, next] = [pair[0], pair[1]].map(|c| i32::try_from(u32::from(c)).unwrap_or_default());
            let same_sort = pair.iter().all(char::is_ascii_digit) || pair.iter().all(char::is_ascii_lowercase);
            let wraps = (by == 1 && pair == ['9', '0']) || (by == -1 && pair == ['0', '9']);
            same_sort && (next - one == by || wraps)
        })
    };
    text.len() >= SHORTEST && (follows(1) || follows(-1))
}
