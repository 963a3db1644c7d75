//! Exchange what a third party gave the client for a proof of identity.

use std::sync::Arc;

use auth_domain::clients::ClientId;
use auth_domain::external_identities::{ClientNonce, ExternalProfile};
use auth_domain::origin::Origin;
use auth_domain::proofs::{NewProof, PROVIDER_PROOF_TTL, ProofSubject, ProofToken};
use auth_ports::{
    Cause, CreateProofRefusal, ExchangeError, Exchanged, Grant, Halt, Halted as _, IdentityProvider, OrRefuse as _,
    ProofStore, refuse,
};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::flow::Flows;
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
    /// The `nonce` beside it, if sent.
    pub nonce: Option<SecretString>,
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
    /// There is a code, and the request names no device.
    #[error("x-device-id is required with a provider_code")]
    NoDevice,
    /// No flow of this client, device and redirect address has begun, or it has ended or expired, or another one took
    /// its place meanwhile.
    #[error(
        "no sign-in at the third party has begun for this client, device and redirect address within the last 10 minutes, \
         or it has ended: begin one at /auth/v1/provider/uri"
    )]
    NoFlow,
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
    flows: Flows,
    proofs: Arc<dyn ProofStore>,
    recorder: Recorder,
    limit: Limited,
}

/// What the client has brought.
enum Brought {
    Code(String),
    Other(Grant),
}

impl ExchangeProviderCode {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        providers: Providers,
        flows: Flows,
        proofs: Arc<dyn ProofStore>,
        recorder: Recorder,
        limit: Limited,
    ) -> Self {
        Self { providers, flows, proofs, recorder, limit }
    }

    /// Asks the third party, ends the flow of a code, then stores a proof.
    ///
    /// # Errors
    /// Returns [`ExchangeProviderRefusal`] if a rule refuses, or the failure of a port; no proof is stored then.
    pub async fn run(&self, command: ExchangeCommand) -> Result<ProviderReceipt, Halt<ExchangeProviderRefusal>> {
        let provider =
            self.providers.get(&command.provider_id).ok_or(Halt::Refused(ExchangeProviderRefusal::UnknownProvider))?;
        let redirect_uri = self
            .providers
            .redirect_uri(provider, &command.origin.client, command.redirect_uri.as_deref())
            .ok_or(Halt::Refused(ExchangeProviderRefusal::RedirectUri))?;
        let brought = Brought::read(&command).ok_or(Halt::Refused(ExchangeProviderRefusal::NotOneGrant))?;
        self.limit.spend(&command.origin).await.refused_as(ExchangeProviderRefusal::TooOften)?;
        let exchanged = match brought {
            Brought::Code(code) => self.end_flow(provider, redirect_uri, &command.origin, code).await?,
            Brought::Other(grant) => provider.exchange(&grant, self.recorder.now()).await.or_refuse()?,
        };
        self.prove(exchanged, command.origin.client).await
    }

    /// Exchanges a code and ends its flow. A code that is refused leaves the flow, for the one that is to come.
    async fn end_flow(
        &self,
        provider: &dyn IdentityProvider,
        redirect_uri: &str,
        origin: &Origin,
        code: String,
    ) -> Result<Exchanged, Halt<ExchangeProviderRefusal>> {
        let slots = self.flows.slots(provider.id(), origin, redirect_uri);
        if slots.is_empty() {
            return refuse(ExchangeProviderRefusal::NoDevice);
        }
        let now = self.recorder.now();
        let found = self.flows.find(slots, now).await?;
        let (slot, begun) = found.ok_or(Halt::Refused(ExchangeProviderRefusal::NoFlow))?;
        let grant = Grant::Code { code, flow: slot.reveal(&begun, redirect_uri) };
        let exchanged = provider.exchange(&grant, now).await.or_refuse()?;
        if self.flows.end(&begun).await? { Ok(exchanged) } else { refuse(ExchangeProviderRefusal::NoFlow) }
    }

    async fn prove(
        &self,
        exchanged: Exchanged,
        client: ClientId,
    ) -> Result<ProviderReceipt, Halt<ExchangeProviderRefusal>> {
        let now = self.recorder.now();
        let token = ProofToken::new(self.recorder.draw());
        let proof = NewProof {
            hash: token.hash(),
            subject: ProofSubject::External(Box::new(exchanged.profile.clone())),
            client,
            created_at: now,
            expires_at: now + PROVIDER_PROOF_TTL,
            evidence: Some(exchanged.evidence),
            holder: None,
        };
        match self.proofs.create(proof).await.decided()? {
            Ok(()) => Ok(ProviderReceipt { token, expires_in: PROVIDER_PROOF_TTL, profile: exchanged.profile }),
            Err(CreateProofRefusal::EvidenceUsed) => refuse(ExchangeProviderRefusal::Refused(
                "what the third party issued was used before: fetch a fresh one",
            )),
        }
    }
}

impl Brought {
    /// Returns the one grant of the three, or `None` if there is none or more than one.
    fn read(command: &ExchangeCommand) -> Option<Self> {
        let given = |secret: &Option<SecretString>| secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        let nonce = given(&command.nonce).map(ClientNonce::new);
        let code = given(&command.code).map(Self::Code);
        let id_token = given(&command.id_token).map(|token| Self::Other(Grant::IdToken { token, nonce }));
        let access_token = given(&command.access_token).map(|token| Self::Other(Grant::AccessToken(token)));
        let mut grants = [code, id_token, access_token].into_iter().flatten();
        let grant = grants.next();
        if grants.next().is_some() { None } else { grant }
    }
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
