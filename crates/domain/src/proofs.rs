//! Proofs: single-use receipts. `verification_token`, `provider_token` and `sudo_token` are all proofs. A voucher that
//! was spent is kept as a spent proof, by which a repeated request is recognised.

use chrono::TimeDelta;

use crate::Timestamp;
use crate::accounts::UserId;
use crate::clients::ClientId;
use crate::external_identities::ExternalProfile;
use crate::fingerprint::Fingerprint;
use crate::identifier::Identifier;
use crate::secret_bytes::{SecretBytes, SecretHash};
use crate::sessions::SessionId;

/// How long the request that spent a proof may be repeated, for clients that lost the response.
pub const REPEAT_WINDOW: TimeDelta = TimeDelta::seconds(120);
/// The lifetime of a proof of an identity at a third party.
pub const PROVIDER_PROOF_TTL: TimeDelta = TimeDelta::seconds(3600);
/// The lifetime of a proof that the user was present.
pub const SUDO_PROOF_TTL: TimeDelta = TimeDelta::seconds(900);

/// The token that the owner holds.
pub type ProofToken = SecretBytes;
/// The hash that the store holds.
pub type ProofHash = SecretHash;

/// What a proof proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofSubject {
    /// The user controls an address.
    Address(Identifier),
    /// The user has an identity at a third party.
    External(Box<ExternalProfile>),
    /// A user was present in a session; sensitive changes require this.
    Presence {
        /// The user who was present.
        user: UserId,
        /// The session in which the user was present.
        session: SessionId,
    },
    /// A voucher paid for an account. Such proofs exist only in the spent state, and the hash is the voucher's.
    Voucher,
}

/// A proof to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProof {
    /// The hash of the token.
    pub hash: ProofHash,
    /// What the proof proves.
    pub subject: ProofSubject,
    /// The client that the proof was issued to.
    pub client: ClientId,
    /// When the proof was created.
    pub created_at: Timestamp,
    /// When the proof expires: from then on it is refused.
    pub expires_at: Timestamp,
    /// The hash of the evidence that the proof was made from, so that each piece of evidence makes one proof only.
    pub evidence: Option<SecretHash>,
    /// The signed-in user who earned the proof, if any. This user may change to the address by naming it, without
    /// presenting the token.
    pub holder: Option<UserId>,
}

/// A proof as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The hash of the token.
    pub hash: ProofHash,
    /// What the proof proves.
    pub subject: ProofSubject,
    /// The client that the proof was issued to.
    pub client: ClientId,
    /// When the proof expires: from then on it is refused.
    pub expires_at: Timestamp,
    /// Whether the proof was spent.
    pub state: ProofState,
}

/// Whether a proof was spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofState {
    /// The proof has not been spent yet.
    Unspent,
    /// The first successful request spent the proof.
    Spent(Spending),
}

/// What a proof paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// When the proof was spent.
    pub at: Timestamp,
    /// The user whose account it paid for.
    pub user: UserId,
    /// The request that spent it.
    pub fingerprint: Fingerprint,
}

/// Whether a proof can pay for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The proof can pay.
    Good,
    /// The proof paid for this very request a moment ago: the request is repeated after a lost response.
    Repeated(UserId),
    /// The proof has paid for something else, or too long ago.
    Spent,
    /// The proof has expired.
    Expired,
    /// The proof was issued to another client.
    OtherClient,
}

/// What a proof must be to pay for a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredProof {
    /// It was earned at this client.
    pub client: ClientId,
    /// It proves control of this address.
    pub address: Identifier,
}

impl Proof {
    /// Whether this proof is what a payment requires.
    #[must_use]
    pub fn meets(&self, required: &RequiredProof) -> bool {
        let RequiredProof { client, address } = required;
        self.client == *client && matches!(&self.subject, ProofSubject::Address(proven) if proven == address)
    }

    /// Whether this proof can pay for the request with `fingerprint` by `client`.
    #[must_use]
    pub fn standing(&self, client: &ClientId, fingerprint: &Fingerprint, now: Timestamp) -> Standing {
        if self.client != *client {
            return Standing::OtherClient;
        }
        match &self.state {
            ProofState::Spent(spending) if spending.covers(fingerprint, now) => Standing::Repeated(spending.user),
            ProofState::Spent(_) => Standing::Spent,
            ProofState::Unspent if now >= self.expires_at => Standing::Expired,
            ProofState::Unspent => Standing::Good,
        }
    }
}

impl Spending {
    /// One that a clock running ahead has stored covers nothing until its instant is less than two minutes away.
    fn covers(&self, fingerprint: &Fingerprint, now: Timestamp) -> bool {
        self.fingerprint == *fingerprint && (now - self.at).abs() < REPEAT_WINDOW
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::identifier::{EmailScheme, IdentifierScheme as _};

    #[test]
    fn standings() {
        let at = |seconds: i64| DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range");
        let app = ClientId::parse("app").expect("valid");
        let other = ClientId::parse("other").expect("valid");
        let user = UserId::from_i64(1);
        let [ours, another] = [[1; 32], [2; 32]].map(Fingerprint::from_bytes);
        let spent = ProofState::Spent(Spending { at: at(10), user, fingerprint: ours });
        for (what, state, client, fingerprint, now, standing) in [
            ("fresh", ProofState::Unspent, &app, ours, 599, Standing::Good),
            ("too late", ProofState::Unspent, &app, ours, 600, Standing::Expired),
            ("stolen by another client", ProofState::Unspent, &other, ours, 0, Standing::OtherClient),
            ("lost response", spent.clone(), &app, ours, 129, Standing::Repeated(user)),
            ("lost response, too late", spent.clone(), &app, ours, 130, Standing::Spent),
            ("lost response, by a clock that was put back", spent.clone(), &app, ours, -110, Standing::Spent),
            ("another body", spent.clone(), &app, another, 11, Standing::Spent),
            ("another client", spent, &other, ours, 11, Standing::OtherClient),
        ] {
            let proof = Proof {
                hash: SecretHash::of(b"token"),
                subject: ProofSubject::Address(EmailScheme.parse("user@example").expect("valid")),
                client: app.clone(),
                expires_at: at(600),
                state,
            };
            assert_eq!(proof.standing(client, &fingerprint, at(now)), standing, "{what}");
        }
    }
}
