//! The one client that the fake knows. Its id and secret contain characters that encodings must get right.

pub(super) const CLIENT_ID: &str = "client & co";
pub(super) const CLIENT_SECRET: &str = "s3cret+/:%= ü";

/// How the fake wants its client to present the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FakeClientAuth {
    /// `client_secret_basic`, without saying so (it is the default).
    Basic,
    /// `client_secret_post`.
    Post,
    /// A secret that is signed with an issued key, in the form.
    Signed,
    /// No secret.
    Public,
}
