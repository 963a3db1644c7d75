//! The puzzles of the bot gate.

use std::sync::Arc;

use auth_application::captcha::{PosePuzzle, PosePuzzleRules, SolvePuzzle};
use auth_captcha::{ImageMaker, WorkMaker};
use auth_http::CaptchaUseCases;
use auth_ports::PuzzleMaker;

use super::parts::Parts;

pub(super) fn use_cases(parts: &Parts<'_>) -> CaptchaUseCases {
    let Parts { stores, clock, entropy, key, settings, .. } = parts;
    let makers = makers(parts);
    let rules = PosePuzzleRules {
        effort: settings.captcha.effort(),
        per_network: settings.limits.enabled.then(|| settings.captcha.puzzles_per_network()),
    };
    let (entropy, budget) = (entropy.clone(), parts.budget());
    CaptchaUseCases {
        pose: Arc::new(PosePuzzle::new(makers.clone(), budget, clock.clone(), entropy, key.clone(), rules)),
        solve: Arc::new(SolvePuzzle::new(makers, stores.limits.clone(), clock.clone(), key.clone())),
    }
}

fn makers(parts: &Parts<'_>) -> Vec<Arc<dyn PuzzleMaker>> {
    let mut makers: Vec<Arc<dyn PuzzleMaker>> = vec![Arc::new(ImageMaker::default())];
    if parts.settings.captcha.proof_of_work {
        makers.push(Arc::new(WorkMaker::new(&parts.key)));
    }
    makers
}
