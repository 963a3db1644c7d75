//! Common passwords and well-known words.
//!
//! `common_passwords.txt` and `common_words.txt` are in lower case, sorted, one entry a line. Their sources and licences
//! are in `LICENSES` beside them; `just common-passwords` writes them again. One source is `chinese_passwords.txt`.

static PASSWORDS: &str = include_str!("common_passwords.txt");
static WORDS: &str = include_str!("common_words.txt");

/// Whether this, in lower case, is one of the most common passwords.
pub(super) fn is_common(password: &str) -> bool {
    contains(PASSWORDS, password)
}

/// Whether this, in lower case, is a word or a first name that everybody knows.
pub(super) fn is_word(word: &str) -> bool {
    contains(WORDS, word)
}

fn contains(list: &str, wanted: &str) -> bool {
    let (mut low, mut high) = (0, list.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = list.as_bytes()[..middle].iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1);
        let end = list.as_bytes()[start..].iter().position(|b| *b == b'\n').map_or(list.len(), |length| start + length);
        match list[start..end].cmp(wanted) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_found_and_its_neighbours_are_not() {
        for (list, least) in [(PASSWORDS, 3_000), (WORDS, 10_000)] {
            let mut previous = "";
            for entry in list.lines() {
                assert!(entry > previous, "{entry} is out of order");
                assert!(contains(list, entry), "{entry}");
                assert!(!contains(list, &format!("{entry}\u{7f}")), "{entry}");
                previous = entry;
            }
            assert!(list.lines().count() > least, "ASVS 5.0, 6.2.4 asks for the top 3000");
        }
        assert!(PASSWORDS.len() + WORDS.len() < 1_000_000, "they are part of the program");
    }
}
