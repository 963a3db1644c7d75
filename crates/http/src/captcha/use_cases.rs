//! What the wiring hands over.

use std::sync::Arc;

use auth_application::captcha::{PosePuzzle, SolvePuzzle};

/// The use cases behind the endpoints of the bot gate.
pub struct CaptchaUseCases {
    /// Poses a puzzle.
    pub pose: Arc<PosePuzzle>,
    /// Gives a pass for an answer.
    pub solve: Arc<SolvePuzzle>,
}
