//! The tables of this crate.

/// A table of this crate. Its handlers share use cases, which come from the wiring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ours {
    Verification,
    Provider,
    SignUp,
    Captcha,
    SignIn,
    Account,
    Session,
    /// What the public listener has for load balancers, and for those who check access tokens by themselves.
    Upkeep,
    /// What the admin listener has for load balancers.
    Probes,
    Metrics,
    Admin,
}

impl Ours {
    /// The table's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::Provider => "provider",
            Self::SignUp => "sign_up",
            Self::Captcha => "captcha",
            Self::SignIn => "sign_in",
            Self::Account => "account",
            Self::Session => "session",
            Self::Upkeep => "upkeep",
            Self::Probes => "probes",
            Self::Metrics => "metrics",
            Self::Admin => "admin",
        }
    }
}
