//! Numbers that are drawn only once.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::entropy::write_number;

static DRAWN: AtomicU64 = AtomicU64::new(0);

/// A number that no other call in this process returns.
#[must_use]
pub fn unique() -> u64 {
    DRAWN.fetch_add(1, Ordering::Relaxed) + 1
}

/// Bytes that no other call in this process returns.
#[must_use]
pub fn unique_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    write_number(&mut bytes, unique());
    bytes
}
