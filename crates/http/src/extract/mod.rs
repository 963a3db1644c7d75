//! Reading requests.

pub(crate) mod body;
mod caller;
pub(crate) mod context;
pub(crate) mod network;
pub(crate) mod oauth_body;
mod sudo;
pub(crate) mod text;

pub(crate) use body::{JsonBody, parse};
pub(crate) use caller::SignedIn;
pub(crate) use context::Context;
pub(crate) use network::network_of;
pub(crate) use oauth_body::OAuthBody;
pub(crate) use sudo::SudoQuery;
