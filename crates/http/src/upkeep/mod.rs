//! For load balancers, and for those who check access tokens by themselves.

pub(crate) mod certs;
pub(crate) mod health;
