//! Proofs: single-use receipts. `verification_token`, `provider_token` and `sudo_token` are all proofs. A voucher that
//! was spent is kept as a spent proof, by which a repeated request is recognised.

use chrono::TimeDelta;

use crate::Timestamp;
use crate::accounts::{Account, UserId};
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
    /// When what it proves was asked for: of a proof that a code earned, when the code was first requested; of others, when
    /// the proof was made.
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
    /// When what it proves was asked for.
    pub created_at: Timestamp,
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

    /// Whether it proves control of an address of this account, and was asked for before the account had that address. At
    /// that time nobody's guesses at the code counted against the account, so such a proof must open nothing of it. An
    /// addition that lies ahead of now was stored by a clock that ran ahead, and no code could be young enough for it.
    #[must_use]
    pub fn is_older_than_address_of(&self, account: &Account, now: Timestamp) -> bool {
        let ProofSubject::Address(address) = &self.subject else { return false };
        let is_before = |added_at| self.created_at < added_at && added_at <= now;
        account.identifiers.iter().any(|held| held.identifier == *address && is_before(held.added_at))
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
    use crate::accounts::{AccountIdentifier, UserStatus};
    use crate::identifier::{EmailScheme, IdentifierKind, IdentifierScheme as _};
    use crate::profile::Profile;

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range")
    }

    fn email(raw: &str) -> Identifier {
        EmailScheme.parse(raw).expect("valid")
    }

    #[test]
    fn standings() {
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
                subject: ProofSubject::Address(email("user@example")),
                client: app.clone(),
                created_at: at(0),
                expires_at: at(600),
                state,
            };
            assert_eq!(proof.standing(client, &fingerprint, at(now)), standing, "{what}");
        }
    }

    #[test]
    fn what_was_asked_for_before_the_account_had_the_address() {
        let (own, user) = (email("user@example"), UserId::from_i64(1));
        let number = "+86 13000000000".to_owned();
        let phone = Identifier::from_parts(IdentifierKind::PHONE_NUMBER, number.clone(), number);
        let account = Account {
            id: user,
            status: UserStatus::Active,
            profile: Profile::default(),
            identifiers: vec![
                AccountIdentifier { identifier: phone.clone(), verified_at: None, added_at: at(100) },
                // Proving it later is no addition.
                AccountIdentifier { identifier: own.clone(), verified_at: Some(at(300)), added_at: at(200) },
            ],
            external_identities: Vec::new(),
            password: None,
            created_at: at(100),
            updated_at: at(300),
            password_updated_at: None,
            last_sign_in_at: None,
        };
        let session = SessionId::from_uuid(uuid::Uuid::nil());
        let own = ProofSubject::Address(own);
        let is_older = |subject, asked, now| {
            let proof = Proof {
                hash: SecretHash::of(b"token"),
                subject,
                client: ClientId::parse("app").expect("valid"),
                created_at: at(asked),
                expires_at: at(900),
                state: ProofState::Unspent,
            };
            proof.is_older_than_address_of(&account, at(now))
        };
        assert!(is_older(own.clone(), 199, 200), "added now");
        assert!(!is_older(own.clone(), 199, 199), "added by a clock that ran ahead");
        for (what, subject, asked, expected) in [
            ("a second before", own.clone(), 199, true),
            ("after the account, before its address", own.clone(), 150, true),
            ("at the same instant", own.clone(), 200, false),
            ("after the address, before it was proven", own, 201, false),
            ("another address of the account", ProofSubject::Address(phone), 150, false),
            ("an address that the account does not have", ProofSubject::Address(email("other@example")), 0, false),
            ("no address", ProofSubject::Presence { user, session }, 0, false),
        ] {
            assert_eq!(is_older(subject, asked, 900), expected, "{what}");
        }
    }
}
