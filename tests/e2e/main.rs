//! The service from outside: over a real port, on a real PostgreSQL. One file a subject.

mod access_tokens;
mod cors;
mod error_names;
mod errors;
mod provider_github;
mod provider_oidc;
mod races;
mod repeat;
mod reveal_existence;
mod signup;
mod signup_email;
mod signup_phone;
mod signup_third_party;
mod sms_webhook;
mod smtp;
mod user_me;
mod verification;
mod verification_limits;
mod verify;
