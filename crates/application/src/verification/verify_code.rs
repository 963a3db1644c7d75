//! Exchange the right code for a proof.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::identifier::RegionCode;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::Origin;
use auth_domain::proofs::{NewProof, ProofSubject, ProofToken};
use auth_domain::verifications::{
    CountedTry, TypedCode, Verification, VerificationCode, VerificationId, VerificationPolicy,
};
use auth_ports::{AccountStore, Failure, Halt, Halted as _, Happened, VerificationStore, refuse};
use chrono::TimeDelta;
use thiserror::Error;

use crate::kit::{CodeTries, OverBudget, Recorder, Spent, pseudonyms};

/// A try at a code.
pub struct VerifyCodeCommand {
    /// The verification's id, as the client wrote it.
    pub verification_id: String,
    /// The code that the client sent.
    pub code: String,
    /// Where the request comes from.
    pub origin: Origin,
}

/// What the right code earns.
pub struct CodeReceipt {
    /// The `verification_token`, which is a secret.
    pub token: ProofToken,
    /// How long the token is valid.
    pub expires_in: TimeDelta,
}

/// Why a try earned nothing.
#[derive(Debug, Error)]
pub enum VerifyCodeRefusal {
    /// There is no such verification, or it belongs to another client.
    #[error("verification id is unknown")]
    Unknown,
    /// The text cannot be a code. No try was counted.
    #[error("verification code has six digits")]
    Malformed,
    /// The code is wrong.
    #[error("verification code is wrong")]
    Wrong,
    /// The code has expired.
    #[error("verification code has expired")]
    Expired,
    /// The code has already been used.
    #[error("verification code was already used")]
    Used,
    /// No tries are left.
    #[error("too many tries at this code: ask for a new one")]
    Exhausted,
    /// Strangers made too many wrong tries at this account or from this network. The code was not compared.
    #[error("too many wrong verification codes: try again later, or on a device that you have signed in with")]
    OverBudget(OverBudget),
}

/// Checks codes.
pub struct VerifyCode {
    verifications: Arc<dyn VerificationStore>,
    accounts: Arc<dyn AccountStore>,
    recorder: Recorder,
    tries: CodeTries,
    key: ServerKey,
    policy: VerificationPolicy,
}

impl VerifyCode {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(
        verifications: Arc<dyn VerificationStore>,
        accounts: Arc<dyn AccountStore>,
        recorder: Recorder,
        tries: CodeTries,
        key: ServerKey,
        policy: VerificationPolicy,
    ) -> Self {
        Self { verifications, accounts, recorder, tries, key, policy }
    }

    /// Counts the try, then compares. What cannot be a code costs no try.
    ///
    /// # Errors
    /// Returns [`VerifyCodeRefusal`] if a rule refuses, or the failure of a port; a try that was counted stays so.
    pub async fn run(&self, command: VerifyCodeCommand) -> Result<CodeReceipt, Halt<VerifyCodeRefusal>> {
        let id = VerificationId::parse(&command.verification_id).ok_or(Halt::Refused(VerifyCodeRefusal::Unknown))?;
        let typed = TypedCode::parse(&command.code).ok_or(Halt::Refused(VerifyCodeRefusal::Malformed))?;
        let now = self.recorder.now();
        let counted = self.verifications.count_try(id, &command.origin.client, self.policy.max_tries, now);
        let verification = match counted.await? {
            CountedTry::Counted(verification) => verification,
            CountedTry::Exhausted => return refuse(VerifyCodeRefusal::Exhausted),
            CountedTry::Expired => return refuse(VerifyCodeRefusal::Expired),
            CountedTry::AlreadyVerified => return refuse(VerifyCodeRefusal::Used),
            CountedTry::Unknown => return refuse(VerifyCodeRefusal::Unknown),
        };
        let guess = self.count_guess(&verification, &command.origin).await?;
        if !VerificationCode::is_right(&self.key, id, &typed) {
            self.recorder.count(Happened::CodeWrong(verification.address.kind()));
            self.record(&verification, &command.origin).await?;
            return refuse(VerifyCodeRefusal::Wrong);
        }
        if let Some(spent) = guess {
            self.tries.was_right(&spent).await?;
        }
        self.prove(*verification, command.origin, now).await
    }

    /// Counts the try at an account unless a known device asked for the code. A try that is refused was not compared
    /// and does not cost one of the code's own.
    async fn count_guess(
        &self,
        verification: &Verification,
        origin: &Origin,
    ) -> Result<Option<Spent>, Halt<VerifyCodeRefusal>> {
        let Some(guessed) = &verification.guessed else { return Ok(None) };
        match self.tries.count(guessed, origin).await.decided()? {
            Ok(spent) => Ok(Some(spent)),
            Err(over) => {
                self.verifications.return_try(verification.id).await?;
                refuse(VerifyCodeRefusal::OverBudget(over))
            }
        }
    }

    async fn prove(
        &self,
        verification: Verification,
        origin: Origin,
        now: Timestamp,
    ) -> Result<CodeReceipt, Halt<VerifyCodeRefusal>> {
        let token = ProofToken::new(self.recorder.draw());
        let address = &verification.address;
        let proven = Happened::CodeProven(address.kind(), RegionCode::of_number(address));
        let proof = NewProof {
            hash: token.hash(),
            subject: ProofSubject::Address(verification.address),
            client: origin.client,
            // Not the time of the check: the guesses that led to it counted against an account only if there was one
            // when the code was asked for.
            created_at: verification.created_at,
            expires_at: now + self.policy.code_ttl,
            evidence: None,
            holder: verification.holder,
        };
        if self.verifications.prove(verification.id, proof, now).await? {
            self.recorder.count(proven);
            Ok(CodeReceipt { token, expires_in: self.policy.code_ttl })
        } else {
            refuse(VerifyCodeRefusal::Used)
        }
    }

    /// Records a wrong try. Only counted tries are recorded, of which there are few per code.
    async fn record(&self, verification: &Verification, origin: &Origin) -> Result<(), Failure> {
        if verification.guessed.is_some() {
            self.tries.was_wrong().await?;
        }
        let address = &verification.address;
        let owner = self.accounts.find_owner(address).await?;
        let actor = Actor::User(origin.clone());
        let event = self.recorder.event(EventKind::CodeRefused, owner, actor, self.recorder.now());
        // The detail is only for tries at an account. Otherwise nobody could find it again to delete it.
        let detail = owner.and_then(|_| pseudonyms(&self.key, [address]));
        self.recorder.record(NewEvent { method: Some(address.kind().name().to_owned()), detail, ..event }).await
    }
}
