//! The most common passwords, which attackers guess first.
//!
//! `common_passwords.txt` holds those of at least 8 characters among the 30 000 most common of the
//! frequency list that the zxcvbn project (MIT licence) derived from public leaks, in lower case,
//! sorted, one per line. `just common-passwords` regenerates it.

const LIST: &str = include_str!("common_passwords.txt");

/// Whether `password`, without regard to case, is one of the most common.
#[must_use]
pub fn is_common(password: &str) -> bool {
    let wanted = password.to_lowercase();
    let (mut low, mut high) = (0, LIST.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = LIST.as_bytes()[..middle].iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1);
        let end = LIST.as_bytes()[start..].iter().position(|b| *b == b'\n').map_or(LIST.len(), |length| start + length);
        match LIST[start..end].cmp(&wanted) {
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
        let mut previous = "";
        for entry in LIST.lines() {
            assert!(entry > previous, "{entry} is out of order");
            assert!(is_common(entry), "{entry}");
            assert!(!is_common(&format!("{entry}~")), "{entry}~");
            previous = entry;
        }
        assert!(LIST.lines().count() > 3_000, "ASVS 5.0, 6.2.4 asks for the top 3000");
    }
}
