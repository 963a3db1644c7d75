//! Counting what happens, for operators.

use auth_domain::identifier::{IdentifierKind, RegionCode};
use auth_domain::messages::Channel;

/// Something that is worth counting. It names nobody: what varies is what the program or its settings fix, so that counts
/// are few and tell nothing about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// A code is on its way to an address of this kind, and of this region if it is a phone number.
    CodeSent(IdentifierKind, Option<RegionCode>),
    /// The right code was entered.
    CodeProven(IdentifierKind, Option<RegionCode>),
    /// A wrong code was entered.
    CodeWrong(IdentifierKind),
    /// Somebody signed up by this scenario.
    SignedUp(&'static str),
    /// A sign-in failed.
    SignInFailed,
    /// A session began.
    SessionBegun(SessionBeginning),
    /// A session continued with a refresh token.
    SessionRefreshed,
    /// A used refresh token was presented again, so its session was ended.
    RefreshReplayed,
    /// A refresh token was refused for another reason.
    RefreshRefused,
    /// A call was sent away because it showed no pass of the bot gate.
    CaptchaAsked,
    /// A call showed a good pass.
    CaptchaPassed,
    /// A call showed a pass that is wrong, expired or used.
    CaptchaInvalid,
    /// Beyond the soft quota of this limit the bot gate was asked.
    LimitAsked(&'static str),
    /// This limit refused.
    LimitRefused(&'static str),
    /// A message of this channel was given up.
    MessageGivenUp(Channel, GivenUp),
}

/// How a session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionBeginning {
    /// With its account.
    SignUp,
    /// At a sign-in.
    SignIn,
    /// For a repeated request, whose first answer may have been lost.
    Repeated,
}

/// Why a message is not tried any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenUp {
    /// It would be of no use any more.
    Expired,
    /// It will never be accepted, or nobody carries it.
    Refused,
    /// A notice that the operator's rules do not let out.
    Unwanted,
}

/// Counts what happens. It never waits and never fails: a count costs its caller no more than an addition.
pub trait Meter: Send + Sync {
    /// Counts one occurrence.
    fn count(&self, happened: Happened);
}
