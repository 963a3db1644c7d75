//! Invitations: the promises of vouchers and of scenarios, and the whole service with them.

mod contract;
mod scenario;
mod service;
