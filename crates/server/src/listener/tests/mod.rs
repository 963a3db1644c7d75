//! Tests of connections and what is kept of them.

mod answers;
mod closing;
mod support;
