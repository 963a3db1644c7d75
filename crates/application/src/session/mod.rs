//! Sessions, and the tokens that carry them.

mod authenticate;
mod client_token;
mod end;
mod introspect;
mod refresh;

pub use authenticate::{Authenticate, AuthenticateError};
pub use client_token::{ClientToken, ClientTokenError, IssueClientToken};
pub use end::EndSessions;
pub use introspect::{IntrospectToken, LiveToken};
pub use refresh::{RefreshSession, RefreshSessionError};
