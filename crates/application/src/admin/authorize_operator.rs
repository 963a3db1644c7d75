//! Recognise an operator by an admin key, and check what the key permits.

use std::sync::Arc;

use auth_domain::admin::{AdminKeySecret, AdminScope};
use auth_ports::{AdminKeyStore, Clock, Halt, refuse};
use thiserror::Error;

use super::Operator;

/// Why a request is not accepted as an operator's.
#[derive(Debug, Error)]
pub enum AuthorizeOperatorRefusal {
    /// The key is missing, wrong, expired or revoked.
    #[error("an admin key is needed: it is missing, wrong, expired or revoked")]
    Unauthenticated,
    /// The key is valid but lacks the scope for this request.
    #[error("the admin key lacks the scope {}", .0.name())]
    ScopeLacking(AdminScope),
}

/// Recognises operators by their keys.
pub struct AuthorizeOperator {
    keys: Arc<dyn AdminKeyStore>,
    clock: Arc<dyn Clock>,
}

impl AuthorizeOperator {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(keys: Arc<dyn AdminKeyStore>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, clock }
    }

    /// Returns the operator behind a bearer key that has the scope `needed`.
    ///
    /// # Errors
    /// Returns [`AuthorizeOperatorRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(
        &self,
        bearer: Option<&str>,
        needed: AdminScope,
    ) -> Result<Operator, Halt<AuthorizeOperatorRefusal>> {
        let secret =
            bearer.and_then(AdminKeySecret::parse).ok_or(Halt::Refused(AuthorizeOperatorRefusal::Unauthenticated))?;
        let key = self.keys.find(&secret.hash()).await?;
        let live = key.filter(|key| key.is_live(self.clock.now()));
        let key = live.ok_or(Halt::Refused(AuthorizeOperatorRefusal::Unauthenticated))?;
        if key.scopes.contains(&needed) {
            Ok(Operator::named(key.name))
        } else {
            refuse(AuthorizeOperatorRefusal::ScopeLacking(needed))
        }
    }
}
