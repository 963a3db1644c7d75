//! The working memory of Argon2, which is kept from one hash to the next.
//!
//! If it were left to the allocator, 19 MiB would stay behind in the arena of every thread that ever hashed.

use std::sync::{Mutex, PoisonError};

use argon2::Block;

use crate::faster::Arena;

/// Memory for one hash at a time.
#[derive(Default)]
pub(crate) struct Memory {
    blocks: Vec<Block>,
    arena: Arena,
}

impl Memory {
    /// Gives `count` blocks of 1 KiB. Their content does not matter to Argon2.
    pub(crate) fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.blocks.len() < count {
            self.blocks = vec![Block::default(); count];
        }
        &mut self.blocks[..count]
    }

    /// Gives the memory of the faster way instead.
    pub(crate) fn arena(&mut self) -> &mut Arena {
        &mut self.arena
    }

    /// How many blocks it has.
    fn size(&self) -> usize {
        self.blocks.len() + self.arena.blocks()
    }
}

/// A pool of memories. It grows to the largest number of hashes that were ever computed at once.
pub(crate) struct MemoryPool {
    idle: Mutex<Vec<Memory>>,
    /// The number of blocks that a hash made today needs. A memory that grew for an imported hash is not kept.
    usual: usize,
}

impl MemoryPool {
    pub(crate) fn new(usual: usize) -> Self {
        Self { idle: Mutex::default(), usual }
    }

    /// Lends a memory to `work`.
    pub(crate) fn lend<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        let mut memory = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let outcome = work(&mut memory);
        if memory.size() <= self.usual {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_unless_it_grew() {
        let pool = MemoryPool::new(64);
        let address = |blocks: &[Block]| blocks.as_ptr() as usize;
        let first = pool.lend(|memory| address(memory.blocks(64)));
        assert_eq!(pool.lend(|memory| address(memory.blocks(64))), first);
        pool.lend(|memory| assert_eq!(memory.blocks(1000).len(), 1000));
        assert_eq!(pool.idle.lock().unwrap().len(), 0, "a memory that grew is given back to the system");
        pool.lend(|one| pool.lend(|other| assert_ne!(address(one.blocks(64)), address(other.blocks(64)))));
        assert_eq!(pool.idle.lock().unwrap().len(), 2);
    }
}
