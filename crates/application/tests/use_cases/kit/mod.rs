//! What use cases share.

mod rules;
