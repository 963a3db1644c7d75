//! The bot gate: calls that a limit or a rule makes suspicious must show a pass.

use std::sync::Arc;

use auth_domain::captcha::{Asked, GateRules, Pass};
use auth_domain::keyed_hash::ServerKey;
use auth_domain::limits::{Admission, Quota};
use auth_domain::origin::Origin;
use auth_ports::{Clock, Halt, Happened, RateLimiter, refuse};
use chrono::TimeDelta;
use thiserror::Error;

use super::Tally;

/// A pass is good once. The period is longer than a puzzle and its pass live together, so that none is good again.
const ONCE: Quota = Quota { burst: 1, per: TimeDelta::minutes(15) };

/// Lets calls pass that show a pass, where the operator's rules want one. Cheap to clone.
#[derive(Clone)]
pub struct Gate {
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    key: ServerKey,
    rules: Arc<GateRules>,
    tally: Tally,
}

/// Why a call does not pass the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GateRefusal {
    /// It shows nothing.
    #[error("this call needs a captcha_token: ask /auth/v1/captcha/data for a puzzle")]
    CaptchaRequired,
    /// What it shows is no pass, has expired, is another client's or network's, or has been used.
    #[error("the captcha_token is wrong, expired or used: ask /auth/v1/captcha/data for another puzzle")]
    CaptchaInvalid,
}

impl Gate {
    /// Builds the gate from its ports. `limiter` counts whether rate limits are switched on or not.
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>, clock: Arc<dyn Clock>, key: ServerKey, rules: GateRules) -> Self {
        Self { limiter, clock, key, rules: Arc::new(rules), tally: Tally::default() }
    }

    /// The same, which also counts.
    #[must_use]
    pub fn counting(self, tally: Tally) -> Self {
        Self { tally, ..self }
    }

    /// Lets a call pass if nothing asks it to show a pass, or if it shows one, which is used up then. Within one call
    /// it may be asked again: what has paid for the call has paid for all of it. Where no pass is wanted, one that is
    /// shown stays good.
    ///
    /// # Errors
    /// [`GateRefusal`], or the failure of the limiter; the pass may be used up then.
    pub async fn pass(&self, origin: &Origin, asked: Asked) -> Result<(), Halt<GateRefusal>> {
        if !self.rules.ask(asked, origin) {
            return Ok(());
        }
        if origin.captcha.as_ref().is_some_and(|token| token.has_paid()) {
            return Ok(());
        }
        let judged = self.judge(origin).await;
        match &judged {
            Ok(()) => self.tally.count(Happened::CaptchaPassed),
            Err(Halt::Refused(GateRefusal::CaptchaRequired)) => self.tally.count(Happened::CaptchaAsked),
            Err(Halt::Refused(GateRefusal::CaptchaInvalid)) => self.tally.count(Happened::CaptchaInvalid),
            Err(Halt::Failed(_)) => {}
        }
        judged
    }

    async fn judge(&self, origin: &Origin) -> Result<(), Halt<GateRefusal>> {
        let Some(token) = &origin.captcha else { return refuse(GateRefusal::CaptchaRequired) };
        let now = self.clock.now();
        let Some(pass) = Pass::open(token, &self.key, origin, now) else {
            return refuse(GateRefusal::CaptchaInvalid);
        };
        match self.limiter.admit(pass.limit_key(), ONCE, now).await? {
            Admission::Admitted => {
                token.pay();
                Ok(())
            }
            Admission::Refused { .. } => refuse(GateRefusal::CaptchaInvalid),
        }
    }
}
