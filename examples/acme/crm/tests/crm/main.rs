//! The rule and the handler: the promises of each, and the whole service with a stub in place of the CRM.

mod contract;
mod service;
mod stub;
