//! The badge: its use case on stores in memory, and the endpoint in the whole service.

mod service;
mod use_case;
