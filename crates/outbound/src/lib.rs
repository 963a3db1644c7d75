//! Outgoing HTTP requests of all adapters: bounded in time, size and number, and only to addresses that may be
//! called.
//!
//! Every adapter that calls another party (a provider, an SMS vendor, a webhook) builds one [`OutboundHttp`] per
//! party, so that a slow one holds up nobody else:
//!
//! ```ignore
//! let http = OutboundHttp::builder(Reach::PublicOnly).keep_connections().build()?;
//! let answer = http.post(&address).basic(&account, &secret).form(&[("To", to), ("Body", text)]).send().await?;
//! match answer.status() {
//!     201 => Ok(answer.json::<Accepted>()?),
//!     …
//! }
//! ```
//!
//! Addresses that a stranger can influence (an issuer, the endpoints in a discovery document, an address that a
//! customer registered) are called with [`Reach::PublicOnly`].
//!
//! Redirects are not followed, proxies are not used, and no error repeats an address or a body.

mod address_policy;
mod client;
mod error;
mod request;
mod resolver;
mod signature;
#[cfg(feature = "testing")]
pub mod testing;

pub use address_policy::{ForbiddenAddress, Reach};
pub use client::{OutboundBuilder, OutboundHttp, Timeouts};
pub use error::OutboundError;
pub use request::{Answer, Request};
pub use signature::{SecretError, SigningSecrets};
