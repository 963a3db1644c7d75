//! Signing in: one file for each way.

mod anonymously;
mod decrypt_request;
mod with_code;
mod with_password;
mod with_provider;

pub use anonymously::{AnonymousSignInError, SignInAnonymously};
pub use decrypt_request::{DecryptRequest, DecryptRequestError};
pub use with_code::{CodeCommand, CodeSignInError, SignInWithCode};
pub use with_password::{PasswordCommand, PasswordSignInError, SignInWithPassword};
pub use with_provider::{ProviderCommand, ProviderSignInError, SignInWithProvider};
