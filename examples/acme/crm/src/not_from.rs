//! The rule.

use std::time::Duration;

use async_trait::async_trait;
use auth_domain::identifier::IdentifierKind;
use auth_ports::{Cause, OnFailure, Rule, Ruling, UserToBe};

/// Refuses people with an e-mail address at one of these domains, one that they proved or one that a third party reports.
#[derive(Debug, Clone)]
pub struct NotFrom {
    domains: Vec<String>,
}

impl NotFrom {
    /// Creates the rule for these domains, whatever their case. Their sub-domains are others.
    #[must_use]
    pub fn new(domains: Vec<String>) -> Self {
        Self { domains: domains.into_iter().map(|domain| domain.to_lowercase()).collect() }
    }

    fn names(&self, address: &str) -> bool {
        address.rsplit_once('@').is_some_and(|(_, domain)| self.domains.contains(&domain.to_lowercase()))
    }
}

#[async_trait]
impl Rule for NotFrom {
    fn name(&self) -> &str {
        "acme-not-from"
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Refuse
    }

    async fn judge(&self, user: &UserToBe) -> Result<Ruling, Cause> {
        let proven = user.identifiers.iter().filter(|identifier| identifier.kind() == IdentifierKind::EMAIL);
        let reported = user.external.iter().filter_map(|external| external.email.as_deref());
        let is_refused = proven.map(|email| email.canonical()).chain(reported).any(|address| self.names(address));
        if is_refused {
            return Ok(Ruling::Refused("people of that company cannot sign up here".to_owned()));
        }
        Ok(Ruling::Allowed)
    }
}
