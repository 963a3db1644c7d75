//! What handlers take as arguments. Each of these answers in the contract's shape when a request lacks what it reads.

mod address;
pub(crate) mod body;
mod caller;
pub(crate) mod context;
pub(crate) mod network;
pub(crate) mod oauth_body;
mod other_fields;
mod sudo;
pub mod text;

pub(crate) use self::address::{Addresses, names};
pub use self::body::JsonBody;
pub(crate) use self::body::parse;
pub use self::caller::SignedIn;
pub use self::context::Context;
pub use self::network::ForwardedHeader;
pub(crate) use self::network::{client_network, network_of};
pub use self::oauth_body::OAuthBody;
pub(crate) use self::other_fields::OtherFields;
pub use self::sudo::SudoQuery;
