//! The bot gate: puzzles, and passes for solving them.

mod data;
mod gated;
mod init;
mod use_cases;
mod verify;

pub use self::gated::gated_call;
pub use self::use_cases::CaptchaUseCases;
use crate::endpoint;
use crate::endpoints::Endpoints;

/// The name of the table.
pub(crate) const TABLE: &str = "captcha";

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::new(TABLE)
        .with(endpoint!(data::get_captcha))
        .with(endpoint!(verify::verify_captcha))
        .with(endpoint!(init::init_captcha))
}
