//! The stores for demonstrations: the promises of every store, and the whole service on them.

mod contract;
mod service;
