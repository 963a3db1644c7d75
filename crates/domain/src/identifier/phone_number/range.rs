//! Ranges that an operator knows of, and the plan does not.

use std::fmt;

use super::plan::{self, Found, Kind};

/// A range of mobile numbers, written as a number with an `x` for each digit that may be any: `+86 1610xxxxxxx`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MobileRange {
    code: u16,
    /// Digits and `x`, without the calling code.
    national: String,
}

impl MobileRange {
    /// Reads a range. Spaces and dashes do not count. `None` unless it begins with `+` and a calling code that exists,
    /// has no other characters, and has at most 15 places, at least three of them digits after the code.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let places: String = raw.trim().strip_prefix('+')?.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let places = places.to_ascii_lowercase();
        let (code, national) = plan::split_code(&places)?;
        let is_spelled = national.bytes().all(|b| b.is_ascii_digit() || b == b'x');
        let fixed = national.bytes().take_while(u8::is_ascii_digit).count();
        let fits = places.len() <= super::written::MAX_DIGITS && fixed >= 3;
        (is_spelled && fits).then(|| Self { code, national: national.to_owned() })
    }

    /// Takes a number of the range for a mobile one.
    pub(super) fn find(&self, code: u16, national: &str) -> Option<Found> {
        let fits = |(place, digit): (u8, u8)| place == b'x' || place == digit;
        let is_inside = code == self.code
            && national.len() == self.national.len()
            && self.national.bytes().zip(national.bytes()).all(fits);
        let region = is_inside.then(|| plan::region_of(code, national)).flatten()?;
        Some(Found { region, kind: Kind::Mobile })
    }
}

impl fmt::Display for MobileRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{} {}", self.code, self.national)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_a_number_with_places() {
        let range = MobileRange::parse("+44 5567 xxx-xxx").expect("a range");
        assert_eq!(range.to_string(), "+44 5567xxxxxx");
        assert!(range.find(44, "5567123456").is_some());
        for (code, national) in [(44, "5568123456"), (44, "556712345"), (44, "55671234567"), (1, "5567123456")] {
            assert_eq!(range.find(code, national), None, "+{code} {national}");
        }
        for refused in
            ["", "5567xxxxxx", "+44", "+44 55xxxxxxxx", "+999 123xxx", "+44 5567yxxxxx", "+44 5567xxxxxxxxxxx"]
        {
            assert_eq!(MobileRange::parse(refused), None, "{refused}");
        }
    }
}
