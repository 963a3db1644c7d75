//! What is remembered in memory until it is over.

use std::collections::HashMap;
use std::hash::Hash;

/// A map whose entries end by themselves. They are removed now and then, so that each is looked at only a few times.
pub struct SweptMap<K, V> {
    entries: HashMap<K, V>,
    /// The number of entries at which those that are over are looked for next: twice what was left the last time.
    sweep_at: usize,
}

impl<K, V> Default for SweptMap<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), sweep_at: Self::SWEPT_FROM }
    }
}

impl<K, V> SweptMap<K, V> {
    /// The number of entries from which on those that are over are removed.
    pub const SWEPT_FROM: usize = 1024;

    /// Returns how many entries there are, those that are over and not yet removed included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entries.len()
    }
}

impl<K: Eq + Hash, V> SweptMap<K, V> {
    /// Returns the value of a key, which may be over.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// Remembers a value, in place of the one before it. If there are many by now, those of which `is_over` says so are
    /// removed first.
    pub fn insert(&mut self, key: K, value: V, is_over: impl Fn(&V) -> bool) {
        if self.entries.len() >= self.sweep_at {
            self.entries.retain(|_, value| !is_over(value));
            self.sweep_at = Self::SWEPT_FROM.max(2 * self.entries.len());
        }
        self.entries.insert(key, value);
    }

    /// Removes the entries of which `is_kept` does not say that they stay.
    pub fn retain(&mut self, is_kept: impl Fn(&K) -> bool) {
        self.entries.retain(|key, _| is_kept(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: usize = 10 * SweptMap::<usize, usize>::SWEPT_FROM;

    #[test]
    fn what_is_over_is_removed_now_and_then() {
        let mut ends = SweptMap::default();
        for now in 0..MANY {
            ends.insert(now, now + 1, |end| *end <= now);
            assert!(ends.count() <= MANY / 10, "{} at {now}", ends.count());
        }
    }

    #[test]
    fn what_is_not_over_is_kept() {
        let mut all = SweptMap::default();
        for n in 0..MANY {
            all.insert(n, n, |_| false);
        }
        assert!((0..MANY).all(|n| all.get(&n) == Some(&n)));
    }
}
