//! Asking the operator's rules before a user is created.

use std::sync::Arc;

use auth_domain::error_chain::ErrorChain;
use auth_ports::{Cause, Failure, Halt, OnFailure, Rule, Ruling, UserToBe, refuse};
use thiserror::Error;
use tracing::Instrument as _;

/// The longest text that a rule may send to a client, in characters.
const MAX_TEXT_CHARS: usize = 200;
/// The text used when a rule refuses without one.
const NO_TEXT: &str = "this is not allowed here";

/// The operator's rules, in the order in which they are asked. Cheap to clone.
#[derive(Clone, Default)]
pub struct Rules(Arc<[Arc<dyn Rule>]>);

/// A rule refused. Nothing was stored, and the proofs are unspent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text}")]
pub struct RefusedByRule {
    /// The text for the client: at most 200 characters, without control characters.
    pub text: String,
}

impl Rules {
    /// Applies these rules in this order.
    #[must_use]
    pub fn new(rules: Vec<Arc<dyn Rule>>) -> Self {
        Self(rules.into())
    }

    /// Whether there are no rules.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Asks the rules one after another until one refuses. Each may take no longer than its deadline. If a rule
    /// fails, its declared failure mode decides whether the user is allowed or the service is unavailable for now.
    ///
    /// # Errors
    /// Returns the refusal of the first rule that objects, or a [`Failure`] if a rule fails whose failure mode is to
    /// refuse.
    pub async fn judge(&self, user: UserToBe) -> Result<(), Halt<RefusedByRule>> {
        let user = Arc::new(user);
        for rule in self.0.iter() {
            match ask(rule, &user).await {
                Ok(Ruling::Allowed) => {}
                Ok(Ruling::Refused(text)) => return refuse(RefusedByRule { text: for_clients(&text) }),
                Err(cause) => {
                    let allows = rule.on_failure() == OnFailure::Allow;
                    tracing::warn!(rule = rule.name(), allows, error = %ErrorChain(&*cause), "rule.failed");
                    if !allows {
                        return Err(Failure::unavailable(cause).into());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Runs the rule on a task of its own, so that a panic is a failure like others.
async fn ask(rule: &Arc<dyn Rule>, user: &Arc<UserToBe>) -> Result<Ruling, Cause> {
    let deadline = rule.deadline();
    let (rule, user) = (Arc::clone(rule), Arc::clone(user));
    let mut judging = tokio::spawn(async move { rule.judge(&user).await }.in_current_span());
    match tokio::time::timeout(deadline, &mut judging).await {
        Ok(ruling) => ruling?,
        Err(late) => {
            judging.abort();
            Err(late.into())
        }
    }
}

fn for_clients(text: &str) -> String {
    let shown: String =
        text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_TEXT_CHARS).collect();
    if shown.is_empty() { NO_TEXT.to_owned() } else { shown }
}
