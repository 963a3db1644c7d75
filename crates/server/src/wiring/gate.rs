//! The bot gate, and when it is asked.

use std::sync::Arc;

use auth_application::kit::Gate;
use auth_domain::captcha::{GateRules, GatedCall};
use auth_domain::keyed_hash::ServerKey;
use auth_http::gated_call;
use auth_ports::{Clock, RateLimiter};
use auth_settings::{Problem, Settings, SettingsError};

use crate::StartFailure;

/// The gate that the settings describe. What is used up there is counted by `limits`.
pub(super) fn gate(
    settings: &Settings,
    limits: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    key: ServerKey,
) -> Result<Gate, StartFailure> {
    Ok(Gate::new(limits, clock, key, rules(settings)?))
}

fn rules(settings: &Settings) -> Result<GateRules, StartFailure> {
    let (captcha, clients) = (&settings.captcha, &settings.clients.registered);
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
