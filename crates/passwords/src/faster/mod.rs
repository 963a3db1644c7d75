//! Deriving the same outputs faster, on processors for which there is a faster way. It is a feature of the build,
//! `fast-argon2`.

#[cfg(feature = "fast-argon2")]
mod by_vectors;
#[cfg(not(feature = "fast-argon2"))]
mod none;

#[cfg(feature = "fast-argon2")]
pub(crate) use by_vectors::{Arena, Faster};
#[cfg(not(feature = "fast-argon2"))]
pub(crate) use none::{Arena, Faster};
