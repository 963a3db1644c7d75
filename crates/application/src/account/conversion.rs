//! Whether an anonymous user may become an ordinary one by adding a way in: by the same decisions as somebody who signs up
//! by it.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::change::Change;
use auth_domain::clients::Clients;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::origin::Origin;
use auth_domain::sign_up::Scenario as _;
use auth_domain::sign_up::scenarios::SignUpByThirdParty;
use auth_ports::{AccountStore, Failure, Halt, Halted as _, UserToBe, refuse};
use thiserror::Error;

use crate::kit::{Caller, RefusedByRule, Rules};

/// The operator's decisions on anonymous users who become ordinary ones. Cheap to clone.
#[derive(Clone)]
pub struct Conversions {
    accounts: Arc<dyn AccountStore>,
    clients: Arc<Clients>,
    rules: Rules,
}

/// Why an anonymous user stays one.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConversionRefusal {
    /// The operator does not let users sign up this way at the client of the session, or at that of the request.
    #[error("an anonymous user of this client cannot become an ordinary one by {0}")]
    ScenarioClosed(String),
    /// A rule of the operator's refuses.
    #[error(transparent)]
    Rule(RefusedByRule),
}

impl Conversions {
    /// Builds them from the store, the ways that are open to each client, and the rules.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, clients: Clients, rules: Rules) -> Self {
        Self { accounts, clients: Arc::new(clients), rules }
    }

    /// Asks whether these changes may be made, if they make an ordinary user of the caller.
    pub(super) async fn judge(
        &self,
        caller: &Caller,
        changes: &[Change],
        origin: &Origin,
        at: Timestamp,
    ) -> Result<(), Halt<ConversionRefusal>> {
        if !caller.is_anonymous() {
            return Ok(());
        }
        let ways_in: Vec<&Change> = changes.iter().filter(|change| change.is_proven_way_in()).collect();
        let scenarios: Vec<&str> = ways_in.iter().copied().map(scenario_of).collect();
        let Some(first) = scenarios.first() else { return Ok(()) };
        if let Some(closed) = scenarios.iter().find(|scenario| !self.is_open(caller, origin, scenario)) {
            return refuse(ConversionRefusal::ScenarioClosed((*closed).to_owned()));
        }
        if self.rules.is_empty() || self.is_one_taken(&ways_in).await? {
            return Ok(());
        }
        let user = user_to_be(caller, changes, first, origin, at);
        self.rules.judge(user).await.refused_as(ConversionRefusal::Rule)
    }

    /// Whether the client of the session and that of the request both offer it. A request names its client itself, and
    /// must not open what is closed where the user signed in.
    fn is_open(&self, caller: &Caller, origin: &Origin, scenario: &str) -> bool {
        [&caller.claims.client, &origin.client].into_iter().all(|client| self.clients.offer(client, scenario))
    }

    /// Whether somebody has one of these ways in already, which is left for the store to refuse.
    async fn is_one_taken(&self, ways_in: &[&Change]) -> Result<bool, Failure> {
        for way_in in ways_in {
            let is_taken = match way_in {
                Change::Identifier(held) => self.accounts.find_owner(&held.identifier).await?.is_some(),
                Change::Bind(profile) => {
                    self.accounts.find_by_external_identity(&profile.provider, &profile.subject).await?.is_some()
                }
                _ => false,
            };
            if is_taken {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What rules are told: the caller as they will be after the changes.
fn user_to_be(caller: &Caller, changes: &[Change], scenario: &str, origin: &Origin, at: Timestamp) -> UserToBe {
    let mut user = UserToBe {
        anonymous: Some(caller.account.id),
        identifiers: Vec::new(),
        external: None,
        profile: caller.account.profile.clone(),
        scenario: scenario.to_owned(),
        origin: origin.clone(),
        at,
    };
    for change in changes {
        match change {
            Change::Identifier(held) => user.identifiers.push(held.identifier.clone()),
            Change::Bind(profile) => user.external = Some(ExternalProfile::clone(profile)),
            Change::Profile(profile) => user.profile = profile.clone(),
            _ => {}
        }
    }
    user
}

/// The name of the scenario in which people sign up with this way in and nothing else.
fn scenario_of(way_in: &Change) -> &str {
    match way_in {
        Change::Identifier(held) => held.identifier.kind().name(),
        _ => SignUpByThirdParty.name(),
    }
}
