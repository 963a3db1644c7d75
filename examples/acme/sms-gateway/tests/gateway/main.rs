//! The vendor's sender: the promises of every sender, against a stub of the vendor, and the whole service on it.

mod contract;
mod service;
mod stub;
