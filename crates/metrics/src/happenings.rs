//! What use cases tell.

use auth_domain::identifier::{IdentifierKind, RegionCode};
use auth_domain::messages::Channel;
use auth_ports::{GivenUp, Happened, SessionBeginning};
use prometheus::{IntCounter, IntCounterVec, Result};

use super::families::Families;

/// What may happen, as far as the program and its settings fix it.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The kinds of addresses that codes are sent to, with the channels that reach them.
    pub addresses: Vec<(IdentifierKind, Channel)>,
    /// The regions of phone numbers that are likely.
    pub regions: Vec<RegionCode>,
    /// The ways to sign up.
    pub scenarios: Vec<&'static str>,
    /// The names of limits.
    pub limits: Vec<&'static str>,
}

pub(crate) struct Happenings {
    codes_sent: IntCounterVec,
    codes_proven: IntCounterVec,
    codes_wrong: IntCounterVec,
    sign_ups: IntCounterVec,
    sign_ins_failed: IntCounter,
    sessions_begun: IntCounterVec,
    sessions_refreshed: IntCounter,
    refresh_replayed: IntCounter,
    refresh_refused: IntCounter,
    captchas: IntCounterVec,
    limits: IntCounterVec,
    given_up: IntCounterVec,
}

impl Happenings {
    pub(crate) fn new(families: &Families<'_>, known: &Known) -> Result<Self> {
        let made = Self::make(families)?;
        made.create(known);
        Ok(made)
    }

    fn make(families: &Families<'_>) -> Result<Self> {
        let counters = |name, help, labels: &[&str]| families.counters(name, help, labels);
        Ok(Self {
            codes_sent: counters("auth_codes_sent_total", "Codes on their way.", &["kind", "region"])?,
            codes_proven: counters("auth_codes_proven_total", "Codes that were entered.", &["kind", "region"])?,
            codes_wrong: counters("auth_codes_wrong_total", "Wrong codes.", &["kind"])?,
            sign_ups: counters("auth_sign_ups_total", "People who became users, and how.", &["scenario"])?,
            sign_ins_failed: families.counter(
                "auth_sign_ins_failed_total",
                "Sign-ins that failed, apart from those that a limit refused.",
            )?,
            sessions_begun: counters("auth_sessions_begun_total", "Sessions that began, and how.", &["by"])?,
            sessions_refreshed: families.counter("auth_sessions_refreshed_total", "Uses of refresh tokens.")?,
            refresh_replayed: families.counter(
                "auth_refresh_tokens_replayed_total",
                "Used refresh tokens that were presented again, which ended their sessions.",
            )?,
            refresh_refused: families.counter(
                "auth_refresh_tokens_refused_total",
                "Genuine refresh tokens that were refused for another reason.",
            )?,
            captchas: counters(
                "auth_captchas_total",
                "Calls that the bot gate judged: asked for a captcha, passed with one, or sent away with a bad one.",
                &["outcome"],
            )?,
            limits: counters(
                "auth_limits_hit_total",
                "Calls beyond a limit: a captcha was asked for, or they were refused.",
                &["limit", "effect"],
            )?,
            given_up: counters("auth_messages_given_up_total", "Messages that were given up.", &["channel", "reason"])?,
        })
    }

    /// Creates what is known with the value 0.
    fn create(&self, known: &Known) {
        for (kind, channel) in &known.addresses {
            let is_phone = *kind == IdentifierKind::PHONE_NUMBER;
            let regions = known.regions.iter().map(|region| region.letters()).filter(|_| is_phone);
            for region in regions.chain((!is_phone).then_some("")) {
                self.codes_sent.with_label_values(&[kind.name(), region]);
                self.codes_proven.with_label_values(&[kind.name(), region]);
            }
            self.codes_wrong.with_label_values(&[kind.name()]);
            for reason in [GivenUp::Expired, GivenUp::Refused, GivenUp::Unwanted] {
                self.given_up.with_label_values(&[channel.name(), reason_of(reason)]);
            }
        }
        for scenario in &known.scenarios {
            self.sign_ups.with_label_values(&[*scenario]);
        }
        for beginning in [SessionBeginning::SignUp, SessionBeginning::SignIn, SessionBeginning::Repeated] {
            self.sessions_begun.with_label_values(&[beginning_of(beginning)]);
        }
        for outcome in [ASKED, PASSED, INVALID] {
            self.captchas.with_label_values(&[outcome]);
        }
        for limit in &known.limits {
            for effect in [ASKED_FOR_CAPTCHA, REFUSED] {
                self.limits.with_label_values(&[*limit, effect]);
            }
        }
    }
}

const ASKED: &str = "asked";
const PASSED: &str = "passed";
const INVALID: &str = "invalid";
const ASKED_FOR_CAPTCHA: &str = "captcha";
const REFUSED: &str = "refused";

fn beginning_of(beginning: SessionBeginning) -> &'static str {
    match beginning {
        SessionBeginning::SignUp => "sign_up",
        SessionBeginning::SignIn => "sign_in",
        SessionBeginning::Repeated => "repeated",
    }
}

fn reason_of(reason: GivenUp) -> &'static str {
    match reason {
        GivenUp::Expired => "expired",
        GivenUp::Refused => "refused",
        GivenUp::Unwanted => "unwanted",
    }
}

fn letters(region: Option<RegionCode>) -> &'static str {
    region.map_or("", RegionCode::letters)
}

impl Happenings {
    pub(crate) fn count(&self, happened: Happened) {
        match happened {
            Happened::CodeSent(kind, region) => add(&self.codes_sent, &[kind.name(), letters(region)]),
            Happened::CodeProven(kind, region) => add(&self.codes_proven, &[kind.name(), letters(region)]),
            Happened::CodeWrong(kind) => add(&self.codes_wrong, &[kind.name()]),
            Happened::SignedUp(scenario) => add(&self.sign_ups, &[scenario]),
            Happened::SignInFailed => self.sign_ins_failed.inc(),
            Happened::SessionBegun(beginning) => add(&self.sessions_begun, &[beginning_of(beginning)]),
            Happened::SessionRefreshed => self.sessions_refreshed.inc(),
            Happened::RefreshReplayed => self.refresh_replayed.inc(),
            Happened::RefreshRefused => self.refresh_refused.inc(),
            Happened::CaptchaAsked => add(&self.captchas, &[ASKED]),
            Happened::CaptchaPassed => add(&self.captchas, &[PASSED]),
            Happened::CaptchaInvalid => add(&self.captchas, &[INVALID]),
            Happened::LimitAsked(limit) => add(&self.limits, &[limit, ASKED_FOR_CAPTCHA]),
            Happened::LimitRefused(limit) => add(&self.limits, &[limit, REFUSED]),
            Happened::MessageGivenUp(channel, why) => add(&self.given_up, &[channel.name(), reason_of(why)]),
        }
    }
}

fn add(counters: &IntCounterVec, labels: &[&str]) {
    counters.with_label_values(labels).inc();
}
