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
    /// The operator does not let this client's users sign up this way.
    #[error("signing up by {0} is not open to this client")]
    ScenarioClosed(String),
    /// A rule of the operator's is against it.
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
        let Some(way_in) = changes.iter().find(|change| change.is_proven_way_in()) else { return Ok(()) };
        if !caller.is_anonymous() {
            return Ok(());
        }
        let scenario = scenario_of(way_in);
        if !self.clients.offer(&origin.client, scenario) {
            return refuse(ConversionRefusal::ScenarioClosed(scenario.to_owned()));
        }
        if self.rules.is_empty() || self.is_taken(way_in).await? {
            return Ok(());
        }
        let mut user = UserToBe {
            anonymous: Some(caller.account.id),
            identifiers: Vec::new(),
            external: None,
            profile: caller.account.profile.clone(),
            scenario: scenario.to_owned(),
            origin: origin.clone(),
            at,
        };
        match way_in {
            Change::Identifier(held) => user.identifiers.push(held.identifier.clone()),
            Change::Bind(profile) => user.external = Some(ExternalProfile::clone(profile)),
            _ => {}
        }
        self.rules.judge(user).await.refused_as(ConversionRefusal::Rule)
    }

    /// Whether somebody has this way in already, which is left for the store to refuse.
    async fn is_taken(&self, way_in: &Change) -> Result<bool, Failure> {
        Ok(match way_in {
            Change::Identifier(held) => self.accounts.find_owner(&held.identifier).await?.is_some(),
            Change::Bind(profile) => {
                self.accounts.find_by_external_identity(&profile.provider, &profile.subject).await?.is_some()
            }
            _ => false,
        })
    }
}

/// The name of the scenario in which people sign up with this way in and nothing else.
fn scenario_of(way_in: &Change) -> &str {
    match way_in {
        Change::Identifier(held) => held.identifier.kind().name(),
        _ => SignUpByThirdParty.name(),
    }
}
