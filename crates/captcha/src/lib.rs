//! The puzzles of the bot gate: images with characters to read, and proofs of work in ALTCHA's format.

mod image;
mod work;

pub use image::ImageMaker;
pub use work::WorkMaker;
