//! What keeps the service in order.

mod readiness;
mod sweep;
