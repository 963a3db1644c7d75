//! When the gate is asked.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::origin::Origin;

/// How much the gate is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GateMode {
    /// Not at all: what is above a soft limit is refused by the hard one.
    Off,
    /// When a soft limit is used up, and where a rule says so.
    #[default]
    Soft,
    /// At every call with which a stranger causes a message, a guess at a password, or an account.
    Always,
}

/// Calls that a rule can have asked for, whatever the limits say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatedCall {
    /// Having a code sent.
    SendCode,
    /// Checking a code.
    VerifyCode,
    /// Signing up.
    SignUp,
    /// Signing in, unless a proof pays for it.
    SignIn,
    /// Signing in anonymously.
    SignInAnonymously,
    /// Signing in through a third party.
    SignInWithProvider,
    /// Exchanging what comes back from a third party.
    ExchangeProviderCode,
    /// Asking whether a name is taken.
    LookUp,
    /// Setting a new password with a code.
    ResetPassword,
}

impl GatedCall {
    /// Whether a stranger can cause something with it that nothing has paid for. The other calls need a code, a proof or
    /// a third party's word, which cost a gated call before.
    const fn is_unpaid(self) -> bool {
        matches!(self, Self::SendCode | Self::SignIn | Self::SignInAnonymously)
    }
}

/// Why the gate is asked about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The call has arrived; whether it must pass the gate is for the rules to say.
    OnArrival(GatedCall),
    /// A soft limit is used up.
    OverLimit,
}

/// The operator's rules for the gate.
#[derive(Debug, Clone, Default)]
pub struct GateRules {
    /// How much the gate is used.
    pub mode: GateMode,
    /// The same for clients that differ, by client id.
    pub mode_of: BTreeMap<String, GateMode>,
    /// The calls that must always pass it.
    pub calls: Vec<GatedCall>,
    /// The networks whose unpaid calls must always pass it.
    pub networks: Vec<IpNet>,
}

impl GateRules {
    /// Whether a call must pass the gate.
    #[must_use]
    pub fn ask(&self, asked: Asked, origin: &Origin) -> bool {
        let mode = self.mode_of.get(origin.client.as_str()).copied().unwrap_or(self.mode);
        match (mode, asked) {
            (GateMode::Off, _) => false,
            (_, Asked::OverLimit) => true,
            (mode, Asked::OnArrival(call)) => {
                let is_suspect = mode == GateMode::Always || self.suspects(origin);
                self.calls.contains(&call) || (call.is_unpaid() && is_suspect)
            }
        }
    }

    fn suspects(&self, origin: &Origin) -> bool {
        let address = origin.network.first_address();
        self.networks.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captcha::samples::origin;

    const CALLS: [Asked; 4] = [
        Asked::OverLimit,
        Asked::OnArrival(GatedCall::SendCode),
        Asked::OnArrival(GatedCall::VerifyCode),
        Asked::OnArrival(GatedCall::LookUp),
    ];

    #[test]
    fn who_is_asked() {
        let rules = |mode| GateRules {
            mode,
            mode_of: [("kiosk".to_owned(), GateMode::Always), ("backend".to_owned(), GateMode::Off)].into(),
            calls: vec![GatedCall::LookUp],
            networks: ["203.0.113.0/24", "2001:db8::/32"].map(|network| network.parse().expect(network)).into(),
        };
        for (mode, client, address, asked) in [
            (GateMode::Off, "app", "192.0.2.1", [false, false, false, false]),
            (GateMode::Off, "app", "203.0.113.9", [false, false, false, false]),
            (GateMode::Soft, "app", "192.0.2.1", [true, false, false, true]),
            (GateMode::Soft, "app", "203.0.113.9", [true, true, false, true]),
            (GateMode::Soft, "app", "2001:db8:1:2::3", [true, true, false, true]),
            (GateMode::Always, "app", "192.0.2.1", [true, true, false, true]),
            (GateMode::Off, "kiosk", "192.0.2.1", [true, true, false, true]),
            (GateMode::Always, "backend", "203.0.113.9", [false, false, false, false]),
        ] {
            let rules = rules(mode);
            let origin = origin(client, address);
            assert_eq!(CALLS.map(|call| rules.ask(call, &origin)), asked, "{mode:?} {client} {address}");
        }
    }

    #[test]
    fn without_rules_only_limits_ask() {
        let rules = GateRules::default();
        assert_eq!(CALLS.map(|call| rules.ask(call, &origin("app", "::1"))), [true, false, false, false]);
    }
}
