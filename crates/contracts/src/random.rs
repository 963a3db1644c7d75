//! Reproducible random numbers.

use chrono::TimeDelta;

/// The generator SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
/// The same seed gives the same numbers in every run.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// Begins with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One of `0..bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    /// One of `0..bound`, as an index.
    pub(crate) fn place(&mut self, bound: usize) -> usize {
        usize::try_from(self.below(bound as u64)).unwrap_or(0)
    }

    /// One of `0..=highest`.
    pub(crate) fn up_to(&mut self, highest: u32) -> u32 {
        u32::try_from(self.below(u64::from(highest) + 1)).unwrap_or(0)
    }

    pub(crate) fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, these: &'a [T]) -> &'a T {
        &these[self.place(these.len())]
    }

    /// Less than `bound`, to the microsecond.
    pub(crate) fn span(&mut self, bound: TimeDelta) -> TimeDelta {
        let micros = u64::try_from(bound.num_microseconds().unwrap_or(0)).unwrap_or(0);
        TimeDelta::microseconds(i64::try_from(self.below(micros)).unwrap_or(0))
    }
}
