//! How an output of Argon2 is derived.

use argon2::{Algorithm, Argon2, Params, Version};

use crate::faster::Faster;
use crate::memory::Memory;

/// Derives outputs with certain parameters: by the crate `argon2`, or faster where the build and the processor allow it.
pub(crate) struct Recipe {
    argon2: Argon2<'static>,
    faster: Option<Faster>,
}

impl Recipe {
    pub(crate) fn new(algorithm: Algorithm, version: Version, params: Params) -> Self {
        let faster = Faster::of(algorithm, version, &params);
        Self { argon2: Argon2::new(algorithm, version, params), faster }
    }

    pub(crate) fn params(&self) -> &Params {
        self.argon2.params()
    }

    /// Fills `output` from a password and a salt.
    ///
    /// # Errors
    /// If the length of one of them is not allowed.
    pub(crate) fn derive(
        &self,
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
        memory: &mut Memory,
    ) -> Result<(), argon2::Error> {
        if let Some(faster) = &self.faster
            && faster.derive(password, salt, output, memory.arena())
        {
            return Ok(());
        }
        let blocks = memory.blocks(self.params().block_count());
        self.argon2.hash_password_into_with_memory(password, salt, output, blocks)
    }
}
