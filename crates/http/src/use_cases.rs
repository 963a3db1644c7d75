//! What the wiring hands over: for each noun the use cases behind its endpoints.

use std::sync::Arc;

use crate::account::{self, AccountUseCases};
use crate::admin::{self, AdminUseCases};
use crate::captcha::{self, CaptchaUseCases};
use crate::endpoints::Endpoints;
use crate::provider::{self, ProviderUseCases};
use crate::session::{self, SessionUseCases};
use crate::sign_in::{self, SignInUseCases};
use crate::sign_up::{self, SignUpUseCases};
use crate::upkeep::{self, MetricsPage, UpkeepUseCases};
use crate::verification::{self, VerificationUseCases};

/// The use cases behind the endpoints, by noun.
#[derive(Clone)]
pub struct UseCases {
    /// Behind the endpoint of signing up.
    pub sign_up: Arc<SignUpUseCases>,
    /// Behind the endpoints of signing in.
    pub sign_in: Arc<SignInUseCases>,
    /// Behind the endpoints of verification.
    pub verification: Arc<VerificationUseCases>,
    /// Behind the endpoints of the bot gate.
    pub captcha: Arc<CaptchaUseCases>,
    /// Behind the endpoints for third parties.
    pub provider: Arc<ProviderUseCases>,
    /// Behind the endpoints of tokens and sessions.
    pub session: Arc<SessionUseCases>,
    /// Behind the endpoints of accounts.
    pub account: Arc<AccountUseCases>,
    /// Behind the endpoints of upkeep, on both listeners.
    pub upkeep: Arc<UpkeepUseCases>,
    /// Behind the endpoint of metrics.
    pub metrics: Arc<MetricsPage>,
    /// Behind the endpoints of the admin backend.
    pub admin: Arc<AdminUseCases>,
}

impl UseCases {
    /// Our endpoints on the public listener, with their use cases.
    #[must_use]
    pub fn public_endpoints(&self) -> Vec<Endpoints> {
        public(Some(self))
    }

    /// Our endpoints on the admin listener, with their use cases.
    #[must_use]
    pub fn admin_endpoints(&self) -> Vec<Endpoints> {
        on_admin_listener(Some(self))
    }
}

/// Our endpoints on the public listener, without use cases: enough for their document.
#[must_use]
pub fn public_endpoints() -> Vec<Endpoints> {
    public(None)
}

/// Our endpoints on the admin listener, without use cases: enough for their document.
#[must_use]
pub fn admin_endpoints() -> Vec<Endpoints> {
    on_admin_listener(None)
}

/// In the order in which one uses them, which is that of the document.
fn public(use_cases: Option<&UseCases>) -> Vec<Endpoints> {
    vec![
        with(verification::endpoints(), use_cases.map(|all| &all.verification)),
        with(provider::endpoints(), use_cases.map(|all| &all.provider)),
        with(sign_up::endpoints(), use_cases.map(|all| &all.sign_up)),
        with(captcha::endpoints(), use_cases.map(|all| &all.captcha)),
        with(sign_in::endpoints(), use_cases.map(|all| &all.sign_in)),
        with(account::endpoints(), use_cases.map(|all| &all.account)),
        with(session::endpoints(), use_cases.map(|all| &all.session)),
        with(upkeep::endpoints(), use_cases.map(|all| &all.upkeep)),
    ]
}

fn on_admin_listener(use_cases: Option<&UseCases>) -> Vec<Endpoints> {
    vec![
        with(admin::endpoints(), use_cases.map(|all| &all.admin)),
        with(upkeep::probes(), use_cases.map(|all| &all.upkeep)),
        with(upkeep::metrics(), use_cases.map(|all| &all.metrics)),
    ]
}

fn with<T: Send + Sync + 'static>(endpoints: Endpoints, state: Option<&Arc<T>>) -> Endpoints {
    state.cloned().into_iter().fold(endpoints, Endpoints::state)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_the_document_does_not_describe() {
        let tables = public_endpoints();
        let ours: BTreeSet<_> = tables.iter().flat_map(Endpoints::undocumented).collect();
        let expected = [
            ("GET /.well-known/jwks.json", "libraries look for key sets here"),
            ("POST /auth/v1/token/clientCredential", "the SDK on servers asks for a client's own token here"),
            ("POST /auth/v2/token", "SDKs that sign in encrypted call it here"),
            ("GET /auth/v2/user/me", "SDKs that sign in encrypted call it here"),
        ];
        assert_eq!(ours, expected.map(|(route, reason)| (route.to_owned(), reason)).into());
        assert_eq!(admin_endpoints().iter().flat_map(Endpoints::undocumented).count(), 0);
    }
}
