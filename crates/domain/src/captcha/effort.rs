//! How hard a proof of work is.

/// How many numbers a proof of work may have to try, at most, and how that grows with the number of puzzles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// When nobody else asks.
    pub least: u32,
    /// When as many or more are asked for as `full_at` says.
    pub most: u32,
    /// The puzzles in a minute at which the effort is the most.
    pub full_at: u32,
}

impl Effort {
    /// The effort when so many puzzles were asked for in the last minute: evenly between the least and the most.
    #[must_use]
    pub fn at(&self, puzzles_in_a_minute: u32) -> u32 {
        let reached = puzzles_in_a_minute.min(self.full_at);
        let range = u64::from(self.most.saturating_sub(self.least));
        let more = range * u64::from(reached) / u64::from(self.full_at.max(1));
        self.least.saturating_add(u32::try_from(more).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effort_grows_with_the_number_of_puzzles() {
        let effort = Effort { least: 1_000, most: 11_000, full_at: 100 };
        for (puzzles, expected) in [(0, 1_000), (1, 1_100), (50, 6_000), (100, 11_000), (1_000_000, 11_000)] {
            assert_eq!(effort.at(puzzles), expected, "{puzzles}");
        }
        let flat = Effort { least: 5, most: 4, full_at: 0 };
        assert_eq!((flat.at(0), flat.at(9)), (5, 5));
        let widest = Effort { least: u32::MAX, most: u32::MAX, full_at: 1 };
        assert_eq!(widest.at(7), u32::MAX);
    }
}
