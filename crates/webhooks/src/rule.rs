//! A rule that a backend decides.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auth_outbound::OutboundBuilder;
use auth_ports::{Cause, Clock, Entropy, OnFailure, Rule, Ruling, UserToBe, draw};
use serde::Deserialize;

use crate::backend::{Answered, Backend};
use crate::payload::Payload;
use crate::{BackendError, BackendSettings};

/// The settings of a rule.
#[derive(Debug, Clone)]
pub struct HttpRuleSettings {
    /// The name of the rule.
    pub name: String,
    /// The failure mode, for when the backend does not answer or its answer cannot be understood.
    pub on_failure: OnFailure,
    /// The backend to ask. Its time limit is the deadline of the rule.
    pub backend: BackendSettings,
}

/// Asks a backend whether somebody may become a user, in a request that is signed according to Standard Webhooks.
///
/// ```text
/// POST <url>
/// webhook-id, webhook-timestamp, webhook-signature: as for events; the id is this question's own
///
/// {"type":"user.signing_up","timestamp":"…","data":{"scenario":"email","identifiers":[{"kind":"email",…}],…}}
/// ```
///
/// The answer is 200 with `{"allowed":true}`, or with `{"allowed":false,"message":"…"}`, whose message is passed on
/// to the client. Anything else is a failure. At most 64 questions are asked at once; further ones fail.
pub struct HttpRule {
    name: String,
    deadline: Duration,
    on_failure: OnFailure,
    backend: Backend,
    entropy: Arc<dyn Entropy>,
}

impl HttpRule {
    /// 3 s.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3);

    /// Creates the rule. It makes no request yet. `outbound` decides how far the address may reach.
    ///
    /// # Errors
    /// Returns [`BackendError`], which says what is wrong.
    pub fn new(
        settings: HttpRuleSettings,
        outbound: OutboundBuilder,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, BackendError> {
        let HttpRuleSettings { name, on_failure, backend } = settings;
        let deadline = backend.timeout;
        Ok(Self { name, deadline, on_failure, backend: Backend::new(&backend, outbound, clock)?, entropy })
    }
}

#[derive(Deserialize)]
struct Answer {
    allowed: bool,
    message: Option<String>,
}

#[async_trait]
impl Rule for HttpRule {
    fn name(&self) -> &str {
        &self.name
    }

    fn deadline(&self) -> Duration {
        self.deadline
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }

    async fn judge(&self, user: &UserToBe) -> Result<Ruling, Cause> {
        let id = uuid::Builder::from_random_bytes(draw(&*self.entropy)).into_uuid();
        let body = serde_json::to_vec(&Payload::of_user_to_be(user))?;
        let answer = self.backend.ask(&id.to_string(), body).await?;
        match answer.status() {
            200 => match answer.json::<Answer>()? {
                Answer { allowed: true, .. } => Ok(Ruling::Allowed),
                Answer { allowed: false, message } => Ok(Ruling::Refused(message.unwrap_or_default())),
            },
            status => Err(Answered(status).into()),
        }
    }

    async fn try_receiver(&self) -> Option<Result<(), Cause>> {
        Some(self.backend.try_it().await)
    }
}
