//! Asking the operator's rules before a user comes into being.

use std::sync::Arc;

use auth_domain::error_chain::ErrorChain;
use auth_ports::{Cause, Failure, Halt, OnFailure, Rule, Ruling, UserToBe, refuse};
use thiserror::Error;

/// What a rule may tell a client, in characters.
const MAX_TEXT_CHARS: usize = 200;
/// Where a rule refuses without a word.
const NO_TEXT: &str = "this sign-up is not allowed here";

/// The operator's rules, in the order in which they are asked. Cheap to clone.
#[derive(Clone, Default)]
pub struct Rules(Arc<[Arc<dyn Rule>]>);

/// A rule refused. Nothing was stored, and proofs are unspent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text}")]
pub struct RefusedByRule {
    /// What the client is told: at most 200 characters, none of them a control character.
    pub text: String,
}

impl Rules {
    /// These, in this order.
    #[must_use]
    pub fn new(rules: Vec<Arc<dyn Rule>>) -> Self {
        Self(rules.into())
    }

    /// Asks one rule after another, until one refuses. Each costs its deadline at most. One that fails is as good as one
    /// that allows, or makes it unavailable for now, as it declared.
    ///
    /// # Errors
    /// What the first rule says that has something against it, or a [`Failure`] where failing refuses.
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

/// On a task of its own: a panic is a failure like others.
async fn ask(rule: &Arc<dyn Rule>, user: &Arc<UserToBe>) -> Result<Ruling, Cause> {
    let deadline = rule.deadline();
    let (rule, user) = (Arc::clone(rule), Arc::clone(user));
    let mut judging = tokio::spawn(async move { rule.judge(&user).await });
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
