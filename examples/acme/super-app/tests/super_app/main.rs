//! The super-app: the promises of every identity provider, against a stub of it, and the whole service on it.

mod contract;
mod service;
mod stub;
