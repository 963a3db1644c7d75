//! Which passwords are among the first that are guessed.

use unicode_normalization::UnicodeNormalization as _;

use super::pieces::{self, Piece};
use super::{dates, keyboard, lists};

/// Longer passwords are not taken to pieces. Their number makes up for a pattern, and the work is bounded.
const LONGEST: usize = 32;

/// Whether a password, without regard to case and width, is among the first that attackers guess: it is on a list of
/// common ones, or it is nothing but a repeat, a run, a walk over the keyboard, a date, a well-known word or name
/// (English or pinyin), or a few of these put together.
#[must_use]
pub fn is_guessable(password: &str) -> bool {
    // Chinese keyboards write letters and digits of full width, too.
    let lower = password.nfkc().collect::<String>().to_lowercase();
    // A dot or two at the end hides nothing.
    let lower = lower.strip_suffix("..").or_else(|| lower.strip_suffix('.')).unwrap_or(&lower);
    let text: Vec<char> = lower.chars().collect();
    if text.len() > LONGEST || lower.trim().is_empty() {
        return false;
    }
    lists::is_common(lower) || follows_a_rule(lower, &text)
}

/// Whether a password in lower case, whose characters these are, is refused whatever the list of common ones says.
fn follows_a_rule(lower: &str, text: &[char]) -> bool {
    pieces::is_repeat(text) || keyboard::is_walk(text) || dates::is_written_date(lower) || is_put_together(text)
}

/// What has been used so far of a password.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Used {
    patterns: u8,
    patterns_of_letters: u8,
    zigzags: u8,
    short_dates: u8,
    words: u8,
    syllables: usize,
    /// Characters that belong to no piece.
    free: u8,
    /// Whether one of them is a digit.
    free_digit: bool,
}

impl Used {
    /// Adds a piece. `None`: that makes it too much to be guessed first.
    fn with(mut self, piece: Piece) -> Option<Self> {
        match piece {
            Piece::Pattern { of_letters } => {
                self.patterns += 1;
                self.patterns_of_letters += u8::from(of_letters);
            }
            Piece::Zigzag => self.zigzags += 1,
            Piece::ShortDate => self.short_dates += 1,
            Piece::Word { syllables } => {
                self.words += 1;
                self.syllables = syllables.unwrap_or_default();
            }
        }
        self.may_go_on().then_some(self)
    }

    fn with_free(mut self, c: char) -> Option<Self> {
        self.free += 1;
        self.free_digit |= c.is_ascii_digit();
        self.may_go_on().then_some(self)
    }

    /// Whether this is still few enough to be a beginning.
    fn may_go_on(&self) -> bool {
        let numbers = self.patterns + self.zigzags + self.short_dates;
        self.free <= 2
            && self.words <= 1
            && numbers <= if self.words > 0 { 2 } else { 3 }
            && (self.free == 0 || (self.zigzags == 0 && numbers <= 2 && (self.words == 0 || numbers == 0)))
            && (self.free == 0 || self.syllables <= 2)
            && (self.patterns_of_letters <= 1 || (self.words == 0 && self.free == 0))
            && (self.patterns_of_letters == 0 || numbers == 1 || self.free == 0)
    }

    /// Whether something that was put together so is guessed first.
    fn is_little(&self) -> bool {
        let numbers = self.patterns + self.zigzags + self.short_dates;
        // A day with a year of two digits is any number, unless it stands beside letters.
        let is_dated = self.short_dates == 0 || self.words > 0 || (self.free > 0 && !self.free_digit);
        numbers + self.words > 0 && is_dated
    }
}

/// Whether the text is one piece or a few with little or nothing between them. Words count only among letters and
/// digits: signs between them are what makes a password of words.
fn is_put_together(text: &[char]) -> bool {
    let is_plain = text.iter().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let mut reached: Vec<Vec<Used>> = vec![Vec::new(); text.len() + 1];
    reached[0].push(Used::default());
    for start in 0..text.len() {
        let before = std::mem::take(&mut reached[start]);
        if before.is_empty() {
            continue;
        }
        for end in start + pieces::SHORTEST..=text.len() {
            let found = pieces::pieces(&text[start..end]);
            let counting = found.filter(|piece| is_plain || matches!(piece, Piece::Pattern { .. } | Piece::Zigzag));
            for piece in counting {
                let after = before.iter().filter_map(|used| used.with(piece));
                add(&mut reached[end], after);
            }
        }
        if is_plain {
            add(&mut reached[start + 1], before.iter().filter_map(|used| used.with_free(text[start])));
        }
    }
    reached[text.len()].iter().any(Used::is_little)
}

fn add(reached: &mut Vec<Used>, more: impl Iterator<Item = Used>) {
    for used in more {
        if !reached.contains(&used) {
            reached.push(used);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_guessed_first() {
        for password in [
            "password",
            "PASSWORD",
            "iloveyou1",
            "88888888",
            "12341234",
            "5201314520",
            "987654321",
            "abcdefgh",
            "jennifer",
            "Basketball",
            "jennifer1",
            "1q2w3e4r5t",
            "1qaz2wsx",
            "1qaz@WSX",
            "qazwsxedc",
            "qweasdzxc",
            "147258369",
            "741852963",
            "123698745",
            "abc123456",
            "a123456789",
            "123456789a",
            "woaini1314",
            "woaini520",
            "zhangwei",
            "zhang123",
            "7758521a",
            "a5201314",
            "13666668888",
            "abc123456.",
            "123456789..",
            "520520520",
            "11223344",
            "１２３４５６７８",
            "ｐａｓｓｗｏｒｄ",
            "Ｊｅｎｎｉｆｅｒ1",
        ] {
            assert!(is_guessable(password), "{password}");
        }
    }

    /// The list knows none of these, so that it does not stand in for a rule that is gone.
    #[test]
    fn what_no_list_holds_is_refused_by_rule() {
        for (rule, passwords) in [
            ("repeats", ["abcabcabc", "xyzxyzxyzxyz", "x!x!x!x!x!", "1111111111"]),
            ("runs", ["ponmlkjihg", "ijklmnopqr", "0123456789", "5678901234567"]),
            ("walks over the keys", ["6yhnbgt54", "78963214789", "!@#$%^&*", "qwwertttyu"]),
            ("straight walks side by side", ["9ijn8uhb7ygv", "7ygv8uhb9ijn", "6tfc8uhb2wsx", "nhy6vfr4"]),
            ("walks up and down", ["trousers1q2w3e4r", "lokiju20041123", "kitchen9i8u7y6t", "0o9i8u1314"]),
            ("written dates", ["1990-01-31", "31.12.1999", "23/11/2004", "3.7.98"]),
            ("dates", ["19900131", "11232004", "23112004", "20041123"]),
            ("dates and letters", ["wj19900131", "zx20041123", "zq031187", "kitchen031187"]),
            ("known numbers", ["a1314520", "q5211314z", "5211314520", "abcdefg4815162342"]),
            ("words and a little", ["charlie22", "kitchen0", "xqkitchen", "trousersq"]),
            ("words and numbers", ["dragon123456", "squirrel8520", "5211314trousers", "123password123"]),
            ("words and years", ["michael1990", "elephant2041", "2041trousers", "mountain1987"]),
            ("pinyin", ["wangyifan", "woaizhongguo", "liuxiaolong", "chenxiaoming"]),
            ("pinyin and numbers", ["woaini1314520", "nihaoma8898", "zhangxiaofei8520", "woxihuanni1314"]),
        ] {
            for password in passwords {
                assert!(!lists::is_common(password), "{password} is on the list, and says nothing of {rule}");
                assert!(is_guessable(password), "{rule}: {password}");
            }
        }
    }

    /// A source of the list, so only what the rules say of it without the list tells how they judge the next Chinese
    /// password. The rest is foreign (`q1w2e3r4t5`), numbers that are known elsewhere, and what is common only because
    /// somebody registered many accounts with it (`2gAVOiz1`).
    #[test]
    fn common_chinese_passwords_are_refused_by_rule_too() {
        const LEAST_PERCENT: usize = 89;
        let common: Vec<String> = include_str!("chinese_passwords.txt").lines().map(str::to_lowercase).collect();
        let is_missed = |password: &&String| !follows_a_rule(password, &password.chars().collect::<Vec<char>>());
        let missed: Vec<&String> = common.iter().filter(is_missed).collect();
        assert!(common.len() > 500, "{} are no corpus", common.len());
        assert!((common.len() - missed.len()) * 100 >= common.len() * LEAST_PERCENT, "{}: {missed:?}", missed.len());
    }

    #[test]
    fn what_is_not() {
        for password in [
            "Password@123",
            "DemoPass123!@#",
            "SamplePass456$%^",
            "Password@124",
            "Some!Secret55",
            "Another#Secret9",
            "Yet#Another1",
            "correct horse battery staple",
            "a long pass phrase",
            "kzqwpfxa",
            "kx7Qm2vz",
            "Tr0ub4dor&3x",
            "пароль-из-слов",
            "我的密码很长很长",
            "        ",
            "74839265",
            &"Aa1!".repeat(64),
        ] {
            assert!(!is_guessable(password), "{password}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(password in "\\PC{0,40}|[a-z0-9!@]{0,34}") {
            let _ = is_guessable(&password);
        }

        #[test]
        fn case_makes_no_difference(password in "[a-z0-9]{8,14}|[a-z]{4,8}[0-9]{1,6}") {
            prop_assert_eq!(is_guessable(&password), is_guessable(&password.to_uppercase()));
        }

        #[test]
        fn repeats_and_runs_are(block in "[ -~]{1,5}", times in 3_usize..6, start in 0_u8..10, length in 8_usize..20) {
            let repeated = block.repeat(times);
            prop_assert!(repeated.len() < 8 || repeated.trim().is_empty() || is_guessable(&repeated));
            let run: String = (0..length).filter_map(|n| char::from_digit((u32::from(start) + n as u32) % 10, 10)).collect();
            prop_assert!(is_guessable(&run), "{}", run);
        }
    }
}
