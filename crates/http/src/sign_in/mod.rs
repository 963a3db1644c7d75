//! Starting a session of somebody who is a user already, or of a device.

pub(crate) mod anonymously;
pub(crate) mod encrypted;
pub(crate) mod public_key;
pub(crate) mod with_password_or_code;
pub(crate) mod with_provider;
