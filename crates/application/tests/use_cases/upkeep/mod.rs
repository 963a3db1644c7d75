//! What keeps the service in order.

mod sweep;
