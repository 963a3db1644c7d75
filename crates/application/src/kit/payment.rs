//! Requests that something pays for, and their repetitions.
//!
//! A proof pays once. Because its answer may be lost, the request that spent a proof may be repeated for a while, and
//! gets the result of the first time. All such requests follow the same steps: look at the proof, judge it, make the
//! attempt; and look once more if somebody spent the proof between the look and the attempt, because that may have
//! been this same request, sent twice at once.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::fingerprint::Fingerprint;
use auth_domain::identifier::Identifier;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_domain::proofs::{Proof, ProofHash, ProofSubject, RequiredProof, Standing};
use auth_domain::vouchers::Voucher;
use auth_ports::{Clock, Failure, Halt, Halted as _, ProofStore, refuse};

use crate::kit::{Accepted, Limited, ProofProblem, Worth};

/// How often a request looks at what pays for it. If it is found to be spent at the second attempt, another request
/// spent it, because what is spent stays spent.
const LOOKS: usize = 2;

/// Finds and judges what pays for requests. It is cheap to clone and part of every use case that spends a proof.
#[derive(Clone)]
pub struct Payments {
    proofs: Arc<dyn ProofStore>,
    repeats: Limited,
    clock: Arc<dyn Clock>,
    key: ServerKey,
}

/// A request that something pays for.
pub(crate) struct PaidRequest<'a> {
    origin: &'a Origin,
    /// The one that is stored, and perhaps what it was before the server's key was changed.
    fingerprints: Vec<Fingerprint>,
}

/// The outcome of one attempt.
pub(crate) enum Attempt<T> {
    /// The attempt succeeded.
    Done(T),
    /// What pays was good at the look, but could no longer be spent.
    Overtaken,
}

impl<'a> PaidRequest<'a> {
    /// A request from there with these fingerprints, of which the first is stored.
    pub(crate) fn new(fingerprints: Vec<Fingerprint>, origin: &'a Origin) -> Self {
        Self { origin, fingerprints }
    }

    /// The payment, if these proofs pay for the request.
    pub(crate) fn payment(&self, proofs: Vec<ProofHash>) -> Option<Payment> {
        self.payment_with_vouchers(proofs, Vec::new())
    }

    /// The payment, if these proofs and vouchers pay for the request.
    pub(crate) fn payment_with_vouchers(&self, proofs: Vec<ProofHash>, vouchers: Vec<Voucher>) -> Option<Payment> {
        Payment::with(proofs, vouchers, *self.fingerprints.first()?)
    }

    /// The payment, if this proof pays for the request, which it does only if it is one of this address.
    pub(crate) fn payment_with_proof_of(&self, address: &Identifier, proof: ProofHash) -> Option<Payment> {
        let required = RequiredProof { client: self.origin.client.clone(), address: address.clone() };
        Some(Payment::with_proof_of(required, proof, *self.fingerprints.first()?))
    }

    /// What a proof is worth to the request. It may have paid for it before the server's key was changed.
    fn standing(&self, proof: &Proof, now: Timestamp) -> Standing {
        let of = |fingerprint| proof.standing(&self.origin.client, fingerprint, now);
        let mut standings = self.fingerprints.iter().map(of);
        let first = standings.next().unwrap_or(Standing::Spent);
        standings.find(|standing| matches!(standing, Standing::Repeated(_))).unwrap_or(first)
    }
}

impl Payments {
    /// Builds it from its ports. `repeats` counts repeated requests, since many of them leave a session or another proof.
    /// Beyond it a proof that has paid is spent for everybody.
    #[must_use]
    pub fn new(proofs: Arc<dyn ProofStore>, repeats: Limited, clock: Arc<dyn Clock>, key: ServerKey) -> Self {
        Self { proofs, repeats, clock, key }
    }

    /// A request, identified by what it is for and everything else that distinguishes it from others.
    pub(crate) fn request<'a>(&self, what: &str, parts: &[&[u8]], origin: &'a Origin) -> PaidRequest<'a> {
        let parts: Vec<&[u8]> = std::iter::once(what.as_bytes()).chain(parts.iter().copied()).collect();
        PaidRequest::new(self.fingerprints(&parts), origin)
    }

    /// Returns the fingerprints of a request with these parts, as [`PaidRequest::new`] takes them.
    pub(crate) fn fingerprints(&self, parts: &[&[u8]]) -> Vec<Fingerprint> {
        Fingerprint::each(&self.key, parts)
    }

    /// Finds a proof and judges whether it pays for the request, or has already paid for it.
    pub(crate) async fn look(
        &self,
        request: &PaidRequest<'_>,
        proof: &ProofHash,
    ) -> Result<Accepted, Halt<ProofProblem>> {
        let proof = self.proofs.find(proof).await?.ok_or(Halt::Refused(ProofProblem::Unknown))?;
        let now = self.clock.now();
        let worth = match request.standing(&proof, now) {
            Standing::Good => Worth::Good,
            Standing::Repeated(user) => {
                self.repeats.spend(request.origin).await.refused_as(|_| ProofProblem::Spent)?;
                Worth::Repeated(user)
            }
            Standing::Spent => return refuse(ProofProblem::Spent),
            Standing::Expired => return refuse(ProofProblem::Expired),
            Standing::OtherClient => return refuse(ProofProblem::OtherClient),
        };
        Ok(Accepted { proof, worth, looked_at: now })
    }

    /// Judges a voucher by what the store remembers of it. If the store does not know it, it is good so far, and its
    /// spender decides.
    pub(crate) async fn look_at_voucher(
        &self,
        request: &PaidRequest<'_>,
        voucher: &Voucher,
    ) -> Result<Worth, Halt<ProofProblem>> {
        match self.look(request, &voucher.hash()).await.decided()? {
            Ok(Accepted { proof, worth, .. }) if proof.subject == ProofSubject::Voucher => Ok(worth),
            Ok(_) => refuse(ProofProblem::OtherSubject),
            Err(ProofProblem::Unknown) => Ok(Worth::Good),
            Err(problem) => refuse(problem),
        }
    }

    /// Looks at the proof and makes an attempt with it, and does both once more if another request spent the proof in
    /// between. `refused` says what a problem with this proof means here.
    pub(crate) async fn pay<T, R>(
        &self,
        request: &PaidRequest<'_>,
        proof: &ProofHash,
        refused: impl Fn(ProofProblem) -> R,
        attempt: impl AsyncFn(Accepted) -> Result<Attempt<T>, Halt<R>>,
    ) -> Result<T, Halt<R>> {
        let attempt = async || attempt(self.look(request, proof).await.refused_as(&refused)?).await;
        look_twice(attempt, || refused(ProofProblem::Spent)).await
    }

    /// Returns an unspent proof of control of this address that this signed-in user earned at this client.
    pub(crate) async fn find_held(
        &self,
        holder: UserId,
        client: &ClientId,
        address: &Identifier,
    ) -> Result<Option<Proof>, Failure> {
        self.proofs.find_held(holder, client, address, self.clock.now()).await
    }
}

/// Makes an attempt, which begins with a look at what pays for it, and makes it once more if another request was
/// faster. If that happens again, it refuses.
pub(crate) async fn look_twice<T, R>(
    attempt: impl AsyncFn() -> Result<Attempt<T>, Halt<R>>,
    spent: impl FnOnce() -> R,
) -> Result<T, Halt<R>> {
    for _ in 0..LOOKS {
        if let Attempt::Done(done) = attempt().await? {
            return Ok(done);
        }
    }
    refuse(spent())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use auth_contracts::{ManualClock, samples};
    use auth_domain::captcha::GateRules;
    use auth_domain::keyed_hash::KeyUse;
    use auth_domain::limits::Quota;
    use auth_domain::secret_bytes::SecretBytes;
    use auth_domain::sign_up::NewAccount;
    use auth_memory::MemoryStores;
    use auth_ports::AccountStore as _;
    use chrono::TimeDelta;

    use super::*;
    use crate::kit::{Budget, Gate, Limit};

    fn key() -> ServerKey {
        ServerKey::new(SecretBytes::new([9; 32]))
    }

    /// Makes a stored proof, and the payments that judge it.
    async fn payments() -> (Payments, ProofHash) {
        let (stores, proof) = (MemoryStores::new(), samples::sample_proof());
        stores.create(proof.clone()).await.expect("stored");
        (payments_of(stores, None), proof.hash)
    }

    fn payments_of(stores: MemoryStores, repeats: Option<Quota>) -> Payments {
        let (stores, clock) = (Arc::new(stores), Arc::new(ManualClock::new()));
        let gate = Gate::new(stores.clone(), clock.clone(), key(), GateRules::default());
        let budget = Budget::new(stores.clone(), clock.clone(), gate, 1);
        let repeats = budget.limited(Limit::new("repeats", repeats));
        Payments::new(stores, repeats, clock, key())
    }

    #[tokio::test]
    async fn a_request_is_repeated_a_limited_number_of_times() {
        let (stores, origin) = (MemoryStores::new(), samples::sample_origin());
        let payments = payments_of(stores.clone(), Some(Quota { burst: 2, per: TimeDelta::minutes(1) }));
        let request = payments.request("test", &[], &origin);
        let (proof, user) = (samples::sample_proof(), samples::SampleAccount::new());
        stores.create(proof.clone()).await.expect("stored");
        let look = async || {
            let looked = payments.look(&request, &proof.hash).await.decided().expect("nothing fails");
            looked.map(|accepted| accepted.worth)
        };
        for _ in 0..3 {
            assert_eq!(look().await, Ok(Worth::Good), "what has not paid yet is no repetition");
        }
        let payment = request.payment(vec![proof.hash]);
        let account = NewAccount { payment, ..user.account };
        let user = account.id;
        stores.register(account).await.expect("registered");
        for expected in [Ok(Worth::Repeated(user)), Ok(Worth::Repeated(user)), Err(ProofProblem::Spent)] {
            assert_eq!(look().await, expected);
        }
    }

    #[tokio::test]
    async fn whoever_is_overtaken_looks_once_more() {
        let (payments, proof) = payments().await;
        let origin = samples::sample_origin();
        let request = payments.request("test", &[], &origin);
        for (overtaken, outcome, tries) in [(0, Ok("done"), 1), (1, Ok("done"), 2), (2, Err(ProofProblem::Spent), 2)] {
            let made = Cell::new(0);
            let attempt = async |_: Accepted| {
                made.set(made.get() + 1);
                Ok(if made.get() > overtaken { Attempt::Done("done") } else { Attempt::Overtaken })
            };
            let paid = payments.pay(&request, &proof, |problem| problem, attempt).await;
            assert_eq!(paid.decided().expect("nothing fails"), outcome, "overtaken {overtaken} times");
            assert_eq!(made.get(), tries, "tries when overtaken {overtaken} times");
        }
    }

    #[tokio::test]
    async fn a_proof_that_does_not_pay_is_not_tried() {
        let (payments, _) = payments().await;
        let origin = samples::sample_origin();
        let request = payments.request("test", &[], &origin);
        let attempt = async |_: Accepted| -> Result<Attempt<()>, Halt<ProofProblem>> { panic!("it was tried") };
        let paid = payments.pay(&request, &samples::sample_proof().hash, |problem| problem, attempt).await;
        assert_eq!(paid.decided().expect("nothing fails"), Err(ProofProblem::Unknown));
    }

    /// Stored fingerprints must stay comparable, because a request may be repeated after an upgrade.
    #[tokio::test]
    async fn a_fingerprint_is_the_keyed_hash_of_what_the_request_is_for_and_its_parts() {
        let (payments, proof) = payments().await;
        let origin = samples::sample_origin();
        let request = payments.request("sign in with a code", &[b"ann", proof.as_bytes()], &origin);
        let expected = key().hash(KeyUse::RequestFingerprint, &[b"sign in with a code", b"ann", proof.as_bytes()]);
        assert_eq!(request.fingerprints, [Fingerprint::from_bytes(expected)]);
    }
}
