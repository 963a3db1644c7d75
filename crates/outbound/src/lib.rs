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
//! Redirects are not followed, and no error repeats an address or a body.
//!
//! # What the operator may add
//!
//! [`Exceptions`] are parts of inner networks that may be called all the same. Addresses at which clouds hand out
//! credentials are never called.
//!
//! Through [`Proxies`] the connection is made by somebody else, who also resolves the name. What is checked then with
//! [`Reach::PublicOnly`]: an address in place of a name, as always; a name, which must not look like one of an inner
//! network unless it is listed; and the addresses that this machine finds for the name, if it finds any within a second.
//! What a proxy finds for a name that this machine does not know is up to the proxy's own rules.

mod address_policy;
mod client;
mod error;
mod proxies;
mod request;
mod resolver;
mod signature;
#[cfg(feature = "testing")]
pub mod testing;
mod watch;

pub use address_policy::{AddressPolicy, Exceptions, ForbiddenAddress, Reach};
pub use client::{OutboundBuilder, OutboundHttp, Timeouts};
pub use error::OutboundError;
pub use proxies::Proxies;
pub use request::{Answer, Request};
pub use signature::{SecretError, SigningSecrets};
pub use watch::{Called, Watcher};
