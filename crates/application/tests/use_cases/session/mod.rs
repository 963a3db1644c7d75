//! Sessions and the tokens that carry them.
