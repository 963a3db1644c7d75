//! The bot gate.

use std::sync::Arc;

use auth_application::captcha::{PosePuzzle, PosePuzzleRules, SolvePuzzle};
use auth_application::kit::Gate;
use auth_captcha::{ImageMaker, WorkMaker};
use auth_domain::captcha::{GateRules, GatedCall};
use auth_http::{CaptchaUseCases, gated_call};
use auth_ports::PuzzleMaker;
use auth_settings::{Problem, SettingsError};

use super::parts::Parts;
use crate::StartFailure;

pub(super) fn gate(parts: &Parts<'_>) -> Result<Gate, StartFailure> {
    let Parts { stores, clock, key, .. } = parts;
    Ok(Gate::new(stores.limits.clone(), clock.clone(), key.clone(), rules(parts)?))
}

pub(super) fn use_cases(parts: &Parts<'_>) -> CaptchaUseCases {
    let Parts { stores, clock, entropy, key, settings, .. } = parts;
    let makers = makers(parts);
    let rules = PosePuzzleRules {
        effort: settings.captcha.effort(),
        per_network: settings.limits.enabled.then(|| settings.captcha.puzzles_per_network()),
    };
    let limits = &stores.limits;
    CaptchaUseCases {
        pose: Arc::new(PosePuzzle::new(
            makers.clone(),
            limits.clone(),
            clock.clone(),
            entropy.clone(),
            key.clone(),
            rules,
        )),
        solve: Arc::new(SolvePuzzle::new(makers, limits.clone(), clock.clone(), key.clone())),
    }
}

fn makers(parts: &Parts<'_>) -> Vec<Arc<dyn PuzzleMaker>> {
    let mut makers: Vec<Arc<dyn PuzzleMaker>> = vec![Arc::new(ImageMaker::default())];
    if parts.settings.captcha.proof_of_work {
        makers.push(Arc::new(WorkMaker::new(&parts.key)));
    }
    makers
}

fn rules(parts: &Parts<'_>) -> Result<GateRules, StartFailure> {
    let (captcha, clients) = (&parts.settings.captcha, &parts.settings.clients.registered);
    let own = clients.iter().filter_map(|client| Some((client.client.id.to_string(), client.captcha?)));
    Ok(GateRules {
        mode: captcha.mode,
        mode_of: own.collect(),
        calls: captcha.routes.iter().map(|path| call_at(path)).collect::<Result<_, _>>()?,
        networks: captcha.networks(),
    })
}

fn call_at(path: &str) -> Result<GatedCall, SettingsError> {
    gated_call(path).ok_or_else(|| {
        let problem = format!("names {path}, where nothing can ask for a captcha (docs/captcha.md lists the paths)");
        Problem::at("routes", problem).of_section("captcha")
    })
}
