//! The use cases: one type each, one file each. They know ports and domain, and no adapter.
//!
//! # How to add one
//!
//! 1. A file named after the verb, with the command it takes, the outcome it gives, and one error
//!    enum that lists every refusal.
//! 2. Constructor arguments are the ports it uses, nothing more.
//! 3. Tests run it on the memory adapter with a manual clock and scripted entropy.
//! 4. A few lines in `server/src/wiring/<noun>.rs`, one endpoint in `http`.

pub mod account;
pub mod admin;
mod authenticate;
mod decrypt_request;
mod deliver_messages;
mod end_sessions;
mod exchange_provider_code;
mod failed_sign_ins;
mod failure;
mod introspect_token;
mod issue_client_token;
mod locate_provider;
mod new_event;
mod proof_check;
mod provider_flow;
mod pseudonyms;
mod rate_limit;
mod readiness;
mod refresh_session;
mod send_code;
mod session_issuer;
mod session_starter;
mod sign_in_anonymously;
mod sign_in_with_code;
mod sign_in_with_password;
mod sign_in_with_provider;
mod sign_up;
mod sweep_expired;
mod verify_code;

pub use authenticate::{Authenticate, AuthenticateError, Caller};
pub use decrypt_request::{DecryptRequest, DecryptRequestError};
pub use deliver_messages::{DeliverMessages, MessageSignal};
pub use end_sessions::EndSessions;
pub use exchange_provider_code::{ExchangeCommand, ExchangeProviderCode, ExchangeProviderError, ProviderReceipt};
pub use failed_sign_ins::FailedSignIns;
pub use failure::Failure;
pub use introspect_token::{IntrospectToken, LiveToken};
pub use issue_client_token::{ClientToken, ClientTokenError, IssueClientToken};
pub use locate_provider::{LocateCommand, LocateProvider, LocateProviderError};
pub use proof_check::ProofProblem;
pub use provider_flow::Providers;
pub use rate_limit::RateLimit;
pub use readiness::Readiness;
pub use refresh_session::{RefreshSession, RefreshSessionError};
pub use send_code::{SendCode, SendCodeCommand, SendCodeError, SendCodePolicy, SentCode, Target};
pub use session_issuer::{SessionIssuer, Tokens};
pub use session_starter::SessionStarter;
pub use sign_in_anonymously::{AnonymousSignInError, SignInAnonymously};
pub use sign_in_with_code::{CodeCommand, CodeSignInError, SignInWithCode};
pub use sign_in_with_password::{PasswordCommand, PasswordSignInError, PasswordTries, SignInWithPassword};
pub use sign_in_with_provider::{ProviderCommand, ProviderSignInError, SignInWithProvider};
pub use sign_up::{SignUp, SignUpCommand, SignUpError};
pub use sweep_expired::SweepExpired;
pub use verify_code::{CodeReceipt, VerifyCode, VerifyCodeCommand, VerifyCodeError};
