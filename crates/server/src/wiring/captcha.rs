//! The bot gate.

use auth_application::kit::Gate;
use auth_domain::captcha::{GateRules, GatedCall};
use auth_http::gated_call;
use auth_settings::{Problem, SettingsError};

use super::parts::Parts;
use crate::StartFailure;

pub(super) fn gate(parts: &Parts<'_>) -> Result<Gate, StartFailure> {
    let Parts { stores, clock, key, .. } = parts;
    Ok(Gate::new(stores.limits.clone(), clock.clone(), key.clone(), rules(parts)?))
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
