//! Sessions, and the tokens that carry them.

mod authenticate;
mod client_token;
mod end;
mod introspect;
mod recognise_client;
mod refresh;

pub use authenticate::{Authenticate, AuthenticateRefusal};
pub use client_token::{ClientToken, ClientTokenRefusal, IssueClientToken};
pub use end::EndSessions;
pub use introspect::{IntrospectToken, LiveToken};
pub use recognise_client::{RecogniseClient, RecogniseClientRefusal};
pub use refresh::{RefreshSession, RefreshSessionRefusal};
