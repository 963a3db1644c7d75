//! The operating system's randomness.

use std::cell::RefCell;

use auth_ports::Entropy;
use zeroize::Zeroize as _;

/// How many bytes a thread fetches at once. A request draws a few dozen bytes in three or four pieces, and the system
/// call costs more than the bytes.
const AHEAD: usize = 512;

/// `getrandom(2)` and its equivalents, with some bytes fetched ahead. Bytes are wiped once they are drawn, so that
/// none is drawn twice or found later.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > AHEAD / 4 {
            return fetch(bytes);
        }
        FETCHED.with_borrow_mut(|fetched| fetched.draw(bytes));
    }
}

thread_local! {
    static FETCHED: RefCell<Fetched> = const { RefCell::new(Fetched { bytes: [0; AHEAD], left: 0 }) };
}

/// The first `left` bytes have not been drawn yet.
struct Fetched {
    bytes: [u8; AHEAD],
    left: usize,
}

impl Fetched {
    fn draw(&mut self, into: &mut [u8]) {
        if self.left < into.len() {
            fetch(&mut self.bytes);
            self.left = AHEAD;
        }
        self.left -= into.len();
        let drawn = &mut self.bytes[self.left..self.left + into.len()];
        into.copy_from_slice(drawn);
        drawn.zeroize();
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the adapter that the others take")]
fn fetch(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has a random source");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use auth_ports::draw;

    use super::*;

    #[test]
    fn nothing_is_drawn_twice_on_any_thread() {
        let draws = || (0..1_000).map(|_| draw::<16>(&OsEntropy)).collect::<Vec<_>>();
        let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(draws)).collect();
        let all: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 4_000);
    }

    #[test]
    fn what_was_drawn_is_wiped() {
        let mut fetched = Fetched { bytes: [0; AHEAD], left: 0 };
        for length in [1, 16, 100, 128, 128, 128, 7, 16] {
            let mut drawn = vec![0; length];
            fetched.draw(&mut drawn);
            let (ahead, used) = fetched.bytes.split_at(fetched.left);
            assert!(used.iter().all(|byte| *byte == 0), "{used:?}");
            assert!(ahead.len() + used.len() == AHEAD && drawn.len() == length);
        }
    }

    #[test]
    fn much_is_fetched_as_it_is() {
        let mut bytes = vec![0; 10_000];
        OsEntropy.fill(&mut bytes);
        assert!(bytes.chunks(100).all(|chunk| chunk.iter().any(|byte| *byte != 0)));
    }
}
