//! Proofs.

use auth_domain::accounts::UserId;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::fingerprint::Fingerprint;
use auth_domain::identifier::Identifier;
use auth_domain::payment::Payment;
use auth_domain::proofs::{NewProof, PROVIDER_PROOF_TTL, ProofHash, ProofSubject, SUDO_PROOF_TTL};
use auth_domain::provider_flows::{FlowKey, ProviderFlow};
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sessions::NewSession;
use auth_domain::vouchers::Voucher;
use chrono::TimeDelta;

use super::{sample_client, sample_email, start, unique_bytes};

/// A proof of an address that nobody has, made at the start and valid for ten minutes.
#[must_use]
pub fn sample_proof() -> NewProof {
    sample_address_proof(sample_email())
}

/// A proof of this address.
#[must_use]
pub fn sample_address_proof(address: Identifier) -> NewProof {
    sample_proof_of(ProofSubject::Address(address))
}

/// A proof of this identity at a third party, made from evidence that was never used.
#[must_use]
pub fn sample_provider_proof(profile: ExternalProfile) -> NewProof {
    NewProof {
        expires_at: start() + PROVIDER_PROOF_TTL,
        evidence: Some(SecretHash::of(&unique_bytes::<16>())),
        ..sample_proof_of(ProofSubject::External(Box::new(profile)))
    }
}

/// A sign-in at a third party that began at the start, on a device that nobody else has.
#[must_use]
pub fn sample_provider_flow() -> ProviderFlow {
    ProviderFlow::begin(FlowKey::from_bytes(unique_bytes()), unique_bytes(), start())
}

/// A proof of this user's presence in this session, valid for a quarter of an hour.
#[must_use]
pub fn sample_sudo_proof(session: &NewSession) -> NewProof {
    NewProof {
        expires_at: start() + SUDO_PROOF_TTL,
        ..sample_proof_of(ProofSubject::Presence { user: session.user, session: session.id })
    }
}

/// A proof of this address that this signed-in user earned.
#[must_use]
pub fn sample_held_proof(holder: UserId, address: Identifier) -> NewProof {
    NewProof { holder: Some(holder), ..sample_address_proof(address) }
}

/// A proof of this subject.
#[must_use]
pub fn sample_proof_of(subject: ProofSubject) -> NewProof {
    NewProof {
        hash: SecretHash::of(&unique_bytes::<32>()),
        subject,
        client: sample_client(),
        created_at: start(),
        expires_at: start() + TimeDelta::seconds(600),
        evidence: None,
        holder: None,
    }
}

/// A fingerprint of a request that nobody sent.
#[must_use]
pub fn sample_fingerprint() -> Fingerprint {
    Fingerprint::from_bytes(unique_bytes())
}

/// Adds a proof to what pays for a write.
pub fn pay_with(payment: &mut Option<Payment>, proof: ProofHash) {
    payment.get_or_insert_with(nothing).proofs.push(proof);
}

/// Adds a voucher to what pays for a write.
pub fn pay_with_voucher(payment: &mut Option<Payment>, voucher: Voucher) {
    payment.get_or_insert_with(nothing).vouchers.push(voucher);
}

fn nothing() -> Payment {
    Payment { proofs: Vec::new(), vouchers: Vec::new(), fingerprint: sample_fingerprint(), required: None }
}

/// The fingerprint of the request that pays.
///
/// # Panics
/// When nothing pays.
#[must_use]
pub fn fingerprint_of(payment: Option<&Payment>) -> Fingerprint {
    payment.expect("something pays").fingerprint
}
