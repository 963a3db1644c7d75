//! Exchange what a third party gave the client for a proof of identity.

use std::sync::Arc;

use auth_domain::external_identities::ExternalProfile;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::Origin;
use auth_domain::proofs::{NewProof, PROVIDER_PROOF_TTL, ProofSubject, ProofToken};
use auth_ports::{
    Cause, CreateProofRefusal, ExchangeError, Grant, Halt, Halted as _, OrRefuse as _, ProofStore, refuse,
};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::flow::flow_of;
use crate::kit::{Limited, OverBudget, Providers, Recorder};

/// What a client brought back from a third party.
#[derive(Debug, Clone)]
pub struct ExchangeCommand {
    /// The third party's id.
    pub provider_id: String,
    /// The `provider_code`, if sent.
    pub code: Option<SecretString>,
    /// The `provider_id_token`, if sent.
    pub id_token: Option<SecretString>,
    /// The `provider_access_token`, if sent.
    pub access_token: Option<SecretString>,
    /// The redirect address used when the flow began; the first registered one by default.
    pub redirect_uri: Option<String>,
    /// Where the request comes from.
    pub origin: Origin,
}

/// What the client gets for it.
pub struct ProviderReceipt {
    /// The `provider_token`, which is a secret.
    pub token: ProofToken,
    /// How long the token is valid.
    pub expires_in: TimeDelta,
    /// The identity that was proven.
    pub profile: ExternalProfile,
}

/// Why the grant was not accepted.
#[derive(Debug, Error)]
pub enum ExchangeProviderRefusal {
    /// No such third party is configured.
    #[error("provider_id is unknown")]
    UnknownProvider,
    /// The operator did not register this redirect address.
    #[error("provider_redirect_uri is not registered for this provider")]
    RedirectUri,
    /// There is not exactly one of the three grants.
    #[error("exactly one of provider_code, provider_id_token, provider_access_token is required")]
    NotOneGrant,
    /// This provider does not accept this kind of grant.
    #[error("this provider does not accept this kind of grant")]
    Unsupported,
    /// The grant is wrong, expired, used, or was issued to somebody else.
    #[error("{0}")]
    Refused(&'static str),
    /// The third party is unreachable, slow, or sends an invalid answer.
    #[error("the third party could not be asked")]
    Faulty(#[source] Cause),
    /// There were too many requests. Each one is a call to the third party on the operator's behalf.
    #[error("too many provider tokens were asked for from this network")]
    TooOften(OverBudget),
}

/// Exchanges grants for proofs.
pub struct ExchangeProviderCode {
    providers: Providers,
    proofs: Arc<dyn ProofStore>,
    recorder: Recorder,
    key: ServerKey,
    limit: Limited,
}

impl ExchangeProviderCode {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        providers: Providers,
        proofs: Arc<dyn ProofStore>,
        recorder: Recorder,
        key: ServerKey,
        limit: Limited,
    ) -> Self {
        Self { providers, proofs, recorder, key, limit }
    }

    /// Asks the third party, then stores a proof.
    ///
    /// # Errors
    /// Returns [`ExchangeProviderRefusal`] if a rule refuses, or the failure of a port; nothing is stored then.
    pub async fn run(&self, command: ExchangeCommand) -> Result<ProviderReceipt, Halt<ExchangeProviderRefusal>> {
        let provider =
            self.providers.get(&command.provider_id).ok_or(Halt::Refused(ExchangeProviderRefusal::UnknownProvider))?;
        let flow = flow_of(&self.key, &self.providers, provider, &command.origin, command.redirect_uri.as_deref())
            .ok_or(Halt::Refused(ExchangeProviderRefusal::RedirectUri))?;
        let grant = one_grant(&command).ok_or(Halt::Refused(ExchangeProviderRefusal::NotOneGrant))?;
        self.limit.spend(&command.origin).await.refused_as(ExchangeProviderRefusal::TooOften)?;
        let exchanged = provider.exchange(&grant, &flow, self.recorder.now()).await.or_refuse()?;
        let now = self.recorder.now();
        let token = ProofToken::new(self.recorder.draw());
        let proof = NewProof {
            hash: token.hash(),
            subject: ProofSubject::External(Box::new(exchanged.profile.clone())),
            client: command.origin.client,
            created_at: now,
            expires_at: now + PROVIDER_PROOF_TTL,
            evidence: Some(exchanged.evidence),
            holder: None,
        };
        match self.proofs.create(proof).await.decided()? {
            Ok(()) => Ok(ProviderReceipt { token, expires_in: PROVIDER_PROOF_TTL, profile: exchanged.profile }),
            Err(CreateProofRefusal::EvidenceUsed) => {
                refuse(ExchangeProviderRefusal::Refused("what the third party issued was used before"))
            }
        }
    }
}

fn one_grant(command: &ExchangeCommand) -> Option<Grant> {
    let given = |secret: &Option<SecretString>| secret.as_ref().map(|secret| secret.expose_secret().to_owned());
    let code = given(&command.code).map(Grant::Code);
    let id_token = given(&command.id_token).map(Grant::IdToken);
    let access_token = given(&command.access_token).map(Grant::AccessToken);
    let mut grants = [code, id_token, access_token].into_iter().flatten();
    let grant = grants.next();
    if grants.next().is_some() { None } else { grant }
}

impl From<ExchangeError> for ExchangeProviderRefusal {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Refused(reason) => Self::Refused(reason),
            ExchangeError::Unsupported => Self::Unsupported,
            ExchangeError::Faulty(cause) => Self::Faulty(cause),
        }
    }
}
