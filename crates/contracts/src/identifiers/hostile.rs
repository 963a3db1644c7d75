//! What nobody would type.

use auth_domain::identifier::IdentifierScheme;

use super::MOST;
use crate::random::Random;

/// Characters that break lines, end texts or start commands of terminals.
pub(super) const CONTROLS: [char; 5] = ['\0', '\u{1b}', '\u{7f}', '\u{85}', '\u{2028}'];

/// How many texts are tried.
const TEXTS: usize = 20_000;
/// The longest of those that are made up, in characters.
const LONGEST: usize = 60;

/// What texts are made of: the plain, what means something somewhere, and what looks or compares oddly.
const PIECES: [&str; 48] = [
    "a", "z", "A", "Z", "0", "1", "9", "86", "130", "@", ".", "-", "_", "+", "#", "/", ":", " ", "  ", "\t", "\n",
    "\r", "\0", "\u{1b}", "\u{7f}", "\u{85}", "\u{a0}", "\u{200b}", "\u{202e}", "\u{2028}", "\u{feff}", "\u{3000}",
    "ä", "ß", "İ", "ı", "ǅ", "ﬁ", "９", "ａ", "＠", "日", "й", "e\u{301}", "😀", "%00", "'", "\"",
];

/// Texts out of such pieces, and spellings of identifiers with some of them in it, always the same ones.
pub(super) fn spellings(accepted: &[&str]) -> impl Iterator<Item = String> {
    let mut random = Random::new(1);
    (0..TEXTS).map(move |number| if number % 2 == 0 { made_up(&mut random) } else { disturbed(&mut random, accepted) })
}

fn made_up(random: &mut Random) -> String {
    let length = random.place(LONGEST);
    (0..length).map(|_| *random.one_of(&PIECES)).collect()
}

fn disturbed(random: &mut Random, accepted: &[&str]) -> String {
    let mut characters: Vec<String> = random.one_of(accepted).chars().map(String::from).collect();
    for _ in 0..=random.place(3) {
        let place = random.place(characters.len() + 1);
        if random.one_in(3) && place < characters.len() {
            characters.remove(place);
        } else {
            characters.insert(place, (*random.one_of(&PIECES)).to_owned());
        }
    }
    characters.concat()
}

/// Whatever is accepted has a canonical and a shown form that are spellings of it, that are short enough for an index,
/// and that have no control character in them.
pub(super) fn assert_promises(scheme: &dyn IdentifierScheme, raw: &str) {
    let Ok(identifier) = scheme.parse(raw) else { return };
    for form in [identifier.canonical(), identifier.shown()] {
        assert!((1..=MOST).contains(&form.len()), "{raw:?}: {} bytes", form.len());
        assert!(!form.contains(char::is_control), "{raw:?}: a control character in {form:?}");
        match scheme.parse(form) {
            Ok(again) => {
                assert_eq!(again.canonical(), identifier.canonical(), "{raw:?}: the canonical form of {form:?}")
            }
            Err(error) => panic!("{raw:?} is accepted, and then {form:?} is refused: {error}"),
        }
    }
}
