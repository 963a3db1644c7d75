//! Verifications.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::clients::ClientId;
use auth_domain::identifier::Identifier;
use auth_domain::proofs::NewProof;
use auth_domain::sends::{PastSend, SendDecision, decide_send};
use auth_domain::verifications::{CountedTry, Verification, VerificationId};
use auth_ports::{Failure, SendOutcome, SendRequest, VerificationStore};

use crate::MemoryStores;
use crate::state::{SentTo, State, in_use};

#[async_trait]
impl VerificationStore for MemoryStores {
    async fn request(&self, request: SendRequest) -> Result<SendOutcome, Failure> {
        let mut state = self.open()?;
        let latest = state.latest(&request);
        let sends = state.sends_to(&request.address);
        let (share, verification) =
            match (decide_send(&request.policy, latest, &request.ask, &sends, request.now), latest) {
                (SendDecision::CoolingDown { retry_after }, _) => return Ok(SendOutcome::CoolingDown { retry_after }),
                (SendDecision::TooMany { retry_after }, _) => return Ok(SendOutcome::TooMany { retry_after }),
                (SendDecision::Again(share), Some(latest)) => {
                    (share, Verification { last_sent_at: request.now, ..latest.clone() })
                }
                (SendDecision::Again(share) | SendDecision::Fresh(share), _) => (share, state.fresh(&request)?),
            };
        state.enqueue(&request, &verification)?;
        let send = PastSend { at: request.now, share, sender: request.ask.sender };
        state.sends.push(SentTo { address: request.address, send });
        state.keep_verification(verification.clone());
        Ok(SendOutcome::Queued(Box::new(verification)))
    }

    async fn count_try(
        &self,
        id: VerificationId,
        client: &ClientId,
        max_tries: u16,
        now: Timestamp,
    ) -> Result<CountedTry, Failure> {
        let mut state = self.open()?;
        let Some(held) = state.verification(id).filter(|held| held.client == *client) else {
            return Ok(CountedTry::Unknown);
        };
        Ok(count(held, max_tries, now))
    }

    async fn return_try(&self, id: VerificationId) -> Result<(), Failure> {
        if let Some(held) = self.open()?.verification(id).filter(|held| held.verified_at.is_none()) {
            held.tries = held.tries.saturating_sub(1);
        }
        Ok(())
    }

    async fn prove(&self, id: VerificationId, proof: NewProof, at: Timestamp) -> Result<bool, Failure> {
        let mut state = self.open()?;
        if state.verification(id).is_none_or(|held| held.verified_at.is_some()) {
            return Ok(false);
        }
        state.keep_proof(proof)?;
        if let Some(held) = state.verification(id) {
            held.verified_at = Some(at);
        }
        Ok(true)
    }
}

/// Counts a try if it may still be counted.
fn count(held: &mut Verification, max_tries: u16, now: Timestamp) -> CountedTry {
    if held.verified_at.is_some() {
        return CountedTry::AlreadyVerified;
    }
    if now >= held.expires_at {
        return CountedTry::Expired;
    }
    if held.tries >= max_tries {
        return CountedTry::Exhausted;
    }
    held.tries += 1;
    CountedTry::Counted(Box::new(held.clone()))
}

impl State {
    /// Returns the requester's latest verification of the address at this client.
    fn latest(&self, request: &SendRequest) -> Option<&Verification> {
        self.verifications.iter().rfind(|held| {
            held.address == request.address && held.client == request.client && held.requester == request.requester
        })
    }

    fn sends_to(&self, address: &Identifier) -> Vec<PastSend> {
        self.sends.iter().filter(|sent| sent.address == *address).map(|sent| sent.send).collect()
    }

    fn fresh(&self, request: &SendRequest) -> Result<Verification, Failure> {
        if self.verifications.iter().any(|held| held.id == request.id) {
            return Err(in_use("the verification id"));
        }
        Ok(Verification {
            id: request.id,
            address: request.address.clone(),
            client: request.client.clone(),
            requester: request.requester.clone(),
            holder: request.ask.holder,
            guessed: request.guessed.clone(),
            created_at: request.now,
            expires_at: request.now + request.policy.code_ttl,
            last_sent_at: request.now,
            tries: 0,
            verified_at: None,
        })
    }

    fn keep_verification(&mut self, verification: Verification) {
        match self.verification(verification.id) {
            Some(held) => *held = verification,
            None => self.verifications.push(verification),
        }
    }

    fn verification(&mut self, id: VerificationId) -> Option<&mut Verification> {
        self.verifications.iter_mut().find(|held| held.id == id)
    }
}
