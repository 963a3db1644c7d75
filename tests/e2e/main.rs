//! The service from outside: over a real port, on a real PostgreSQL. One file a subject.

mod cors;
mod error_names;
mod errors;
mod signup;
mod signup_email;
mod signup_phone;
mod signup_third_party;
mod verification;
mod verification_limits;
mod verify;
