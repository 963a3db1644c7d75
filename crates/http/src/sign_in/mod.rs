//! Starting a session of somebody who is a user already, or of a device.

mod anonymously;
mod encrypted;
mod public_key;
mod use_cases;
mod with_password_or_code;
mod with_provider;

pub use self::use_cases::SignInUseCases;
use crate::endpoint;
use crate::endpoints::{Endpoints, Ours};

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::of(Ours::SignIn)
        .with(endpoint!(with_password_or_code::sign_in))
        .with(endpoint!(with_provider::sign_in_with_provider))
        .with(endpoint!(anonymously::sign_in_anonymously))
        .with(endpoint!(public_key::get_public_key))
        .with(endpoint!(encrypted::sign_in_encrypted))
}
