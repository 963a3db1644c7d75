//! Randomness.

/// A cryptographic random source.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`. An adapter that cannot do so must panic rather than return, because nothing may be made from
    /// bytes that are not random.
    fn fill(&self, bytes: &mut [u8]);
}

/// Draws `N` random bytes.
#[must_use]
pub fn draw<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}
