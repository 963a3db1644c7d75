//! Proofs: single-use receipts. `verification_token`, `provider_token` and `sudo_token` are one idea.

use chrono::TimeDelta;

use crate::Timestamp;
use crate::accounts::UserId;
use crate::clients::ClientId;
use crate::external_identities::ExternalProfile;
use crate::identifier::Identifier;
use crate::secret_bytes::{SecretBytes, SecretHash};
use crate::sessions::SessionId;

/// Within this span the request that spent a proof may be repeated (a lost answer).
pub const REPEAT_WINDOW: TimeDelta = TimeDelta::seconds(120);
/// Life of a proof of an identity at a third party.
pub const PROVIDER_PROOF_TTL: TimeDelta = TimeDelta::seconds(3600);
/// Life of a proof that the user was just there.
pub const SUDO_PROOF_TTL: TimeDelta = TimeDelta::seconds(900);

/// The token that the owner holds.
pub type ProofToken = SecretBytes;
/// What the store holds.
pub type ProofHash = SecretHash;

/// What a proof proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofSubject {
    /// Control of an address.
    Address(Identifier),
    /// An identity at a third party.
    External(Box<ExternalProfile>),
    /// Presence of a user in a session, for sensitive changes.
    Presence {
        /// Who.
        user: UserId,
        /// In which session.
        session: SessionId,
    },
}

/// A proof at birth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProof {
    /// Hash of the token.
    pub hash: ProofHash,
    /// What it proves.
    pub subject: ProofSubject,
    /// The client that it was given to.
    pub client: ClientId,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// Hash of the evidence that it was made from, so that one piece makes one proof only.
    pub evidence: Option<SecretHash>,
    /// The signed-in user who earned it, if any: what lets them change an address by naming it alone.
    pub holder: Option<UserId>,
}

/// A proof as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Hash of the token.
    pub hash: ProofHash,
    /// What it proves.
    pub subject: ProofSubject,
    /// The client that it was given to.
    pub client: ClientId,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// Where it went.
    pub state: ProofState,
}

/// Whether a proof was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofState {
    /// Not yet.
    Unspent,
    /// By the first success.
    Spent(Spending),
}

/// What a proof paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// When.
    pub at: Timestamp,
    /// For whose account.
    pub user: UserId,
    /// Keyed hash of the request.
    pub fingerprint: [u8; 32],
}

/// Whether a proof can pay for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It can.
    Good,
    /// It has paid for this very request just now: a repetition after a lost answer.
    Repeated(UserId),
    /// It has paid for something.
    Spent,
    /// Its life is over.
    Expired,
    /// It was given to another client.
    OtherClient,
}

impl Proof {
    /// Whether this proof can pay for the request with `fingerprint` by `client`.
    #[must_use]
    pub fn standing(&self, client: &ClientId, fingerprint: &[u8; 32], now: Timestamp) -> Standing {
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
    fn covers(&self, fingerprint: &[u8; 32], now: Timestamp) -> bool {
        self.fingerprint == *fingerprint && now < self.at + REPEAT_WINDOW
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
        let spent = ProofState::Spent(Spending { at: at(10), user, fingerprint: [1; 32] });
        for (what, state, client, fingerprint, now, standing) in [
            ("fresh", ProofState::Unspent, &app, [1; 32], 599, Standing::Good),
            ("too late", ProofState::Unspent, &app, [1; 32], 600, Standing::Expired),
            ("stolen by another client", ProofState::Unspent, &other, [1; 32], 0, Standing::OtherClient),
            ("lost answer", spent.clone(), &app, [1; 32], 129, Standing::Repeated(user)),
            ("lost answer, too late", spent.clone(), &app, [1; 32], 130, Standing::Spent),
            ("another body", spent.clone(), &app, [2; 32], 11, Standing::Spent),
            ("another client", spent, &other, [1; 32], 11, Standing::OtherClient),
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
