//! The bot gate: puzzles, and passes for solving them.

mod data;
mod gated;
mod init;
mod use_cases;
mod verify;

pub use self::gated::gated_call;
pub use self::use_cases::CaptchaUseCases;
use crate::endpoint;
use crate::endpoints::{Endpoints, Ours};

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::of(Ours::Captcha)
        .with(endpoint!(data::get_captcha))
        .with(endpoint!(verify::verify_captcha))
        .with(endpoint!(init::init_captcha))
}
