//! Signing in, one file per way.

mod anonymously;
mod decrypt_request;
mod with_code;
mod with_password;
mod with_provider;

pub use anonymously::{AnonymousSignInRefusal, SignInAnonymously};
pub use decrypt_request::{DecryptRequest, DecryptRequestRefusal};
pub use with_code::{CodeCommand, CodeSignInRefusal, SignInWithCode};
pub use with_password::{PasswordCommand, PasswordSignInRefusal, SignInWithPassword};
pub use with_provider::{ProviderCommand, ProviderSignInRefusal, SignInWithProvider};
