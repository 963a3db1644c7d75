//! What the wiring hands over: for each noun the use cases behind its endpoints.

use std::sync::Arc;

use crate::account::{self, AccountUseCases};
use crate::admin::{self, AdminUseCases};
use crate::captcha::{self, CaptchaUseCases};
use crate::endpoints::{Endpoints, Ours};
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
    /// Gives a table of ours the use cases that its handlers share. Those of others stay as they are, whatever their names.
    pub fn behind(&self, table: Endpoints) -> Endpoints {
        let Some(ours) = table.ours() else { return table };
        match ours {
            Ours::Verification => table.state(self.verification.clone()),
            Ours::Provider => table.state(self.provider.clone()),
            Ours::SignUp => table.state(self.sign_up.clone()),
            Ours::Captcha => table.state(self.captcha.clone()),
            Ours::SignIn => table.state(self.sign_in.clone()),
            Ours::Account => table.state(self.account.clone()),
            Ours::Session => table.state(self.session.clone()),
            Ours::Upkeep | Ours::Probes => table.state(self.upkeep.clone()),
            Ours::Metrics => table.state(self.metrics.clone()),
            Ours::Admin => table.state(self.admin.clone()),
        }
    }
}

/// Returns our endpoints on the public listener, in the order in which one uses them, which is that of the document.
/// [`UseCases::behind`] gives them what they are served with; their document needs nothing.
#[must_use]
pub fn public_endpoints() -> Vec<Endpoints> {
    vec![
        verification::endpoints(),
        provider::endpoints(),
        sign_up::endpoints(),
        captcha::endpoints(),
        sign_in::endpoints(),
        account::endpoints(),
        session::endpoints(),
        upkeep::endpoints(),
    ]
}

/// Returns our endpoints on the admin listener, likewise.
#[must_use]
pub fn admin_endpoints() -> Vec<Endpoints> {
    vec![admin::endpoints(), upkeep::probes(), upkeep::metrics()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// [`UseCases::behind`] has an arm for each of [`Ours`], as the compiler sees to.
    #[test]
    fn each_of_our_tables_is_given_use_cases_and_nobody_elses() {
        for table in public_endpoints().into_iter().chain(admin_endpoints()) {
            assert!(table.ours().is_some(), "make the table {} by `Endpoints::of`", table.name());
            assert_eq!(Endpoints::new(table.name()).ours(), None, "a team's table of the same name");
        }
    }

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
