//! Reading requests.

mod body;
mod caller;
mod context;
mod network;
mod oauth_body;
mod sudo;
pub(crate) mod text;

pub(crate) use body::JsonBody;
pub(crate) use caller::SignedIn;
pub(crate) use context::Context;
pub(crate) use oauth_body::OAuthBody;
pub(crate) use sudo::SudoQuery;
