//! Accounts that are about to be registered.

use auth_domain::Timestamp;
use auth_domain::access::Scope;
use auth_domain::accounts::{AccountIdentifier, UserId};
use auth_domain::anonymous::device_identifier;
use auth_domain::credentials::PasswordHash;
use auth_domain::events::EventKind;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::Identifier;
use auth_domain::profile::{Gender, Profile};
use auth_domain::proofs::NewProof;
use auth_domain::sign_up::NewAccount;
use auth_domain::vouchers::Voucher;

use super::{
    pay_with, pay_with_voucher, sample_address_proof, sample_client, sample_device, sample_email, sample_event,
    sample_external_profile, sample_phone_number, sample_provider_proof, sample_session, spelled_username, start,
    unique, unique_bytes,
};

/// A new account with the proofs that pay for it, which the store must hold first
/// ([`Stores::sign_up`](crate::Stores::sign_up) sees to that). It is bare at first; each `with_…` adds a
/// part that nobody else has. Tests may change both fields as they like.
#[derive(Debug, Clone)]
pub struct SampleAccount {
    /// The account to register.
    pub account: NewAccount,
    /// The proofs that it spends.
    pub proofs: Vec<NewProof>,
}

impl SampleAccount {
    /// Makes an account with an id, a session and an event, and nothing else.
    #[must_use]
    pub fn new() -> Self {
        let id = UserId::generate(start(), unique_bytes());
        let account = NewAccount {
            id,
            was_anonymous: false,
            profile: Profile::default(),
            identifiers: Vec::new(),
            external_identity: None,
            password: None,
            payment: None,
            session: sample_session(id),
            event: sample_event(id, EventKind::SignedUp),
            created_at: start(),
        };
        Self { account, proofs: Vec::new() }
    }

    /// Adds an e-mail address with its proof.
    #[must_use]
    pub fn with_email(self) -> Self {
        self.with_address(sample_email())
    }

    /// Adds a phone number with its proof.
    #[must_use]
    pub fn with_phone_number(self) -> Self {
        self.with_address(sample_phone_number())
    }

    /// Adds this address with its proof.
    #[must_use]
    pub fn with_address(self, address: Identifier) -> Self {
        let verified_at = Some(self.account.created_at);
        self.with_identifier(address.clone(), verified_at).with_proof(sample_address_proof(address))
    }

    /// Adds the username with this spelling.
    #[must_use]
    pub fn with_username(self, spelling: &str) -> Self {
        self.with_identifier(spelled_username(spelling), None)
    }

    /// Adds this identifier, proven or not, without a proof to spend.
    #[must_use]
    pub fn with_identifier(mut self, identifier: Identifier, verified_at: Option<Timestamp>) -> Self {
        let added_at = self.account.created_at;
        self.account.identifiers.push(AccountIdentifier { identifier, verified_at, added_at });
        self
    }

    /// Adds an identity at a third party with its proof.
    #[must_use]
    pub fn with_external_identity(self) -> Self {
        self.with_external_profile(sample_external_profile())
    }

    /// Adds this identity at a third party with its proof.
    #[must_use]
    pub fn with_external_profile(mut self, profile: ExternalProfile) -> Self {
        self.account.external_identity = Some(profile.clone());
        self.with_proof(sample_provider_proof(profile))
    }

    /// Adds one more proof to spend.
    #[must_use]
    pub fn with_proof(mut self, proof: NewProof) -> Self {
        self = self.paid_by(&proof);
        self.proofs.push(proof);
        self
    }

    /// Adds one more proof to spend that the store holds already, or never will.
    #[must_use]
    pub fn paid_by(mut self, proof: &NewProof) -> Self {
        pay_with(&mut self.account.payment, proof.hash);
        self.account.session.paid_by.get_or_insert(proof.hash);
        self
    }

    /// Adds one more voucher to spend, which need not be good.
    #[must_use]
    pub fn paid_by_voucher(mut self, voucher: &Voucher) -> Self {
        pay_with_voucher(&mut self.account.payment, voucher.clone());
        self.account.session.paid_by.get_or_insert(voucher.hash());
        self
    }

    /// Adds a password's hash.
    #[must_use]
    pub fn with_password(mut self) -> Self {
        self.account.password = Some(sample_password_hash());
        self
    }

    /// Adds a profile that has every part.
    #[must_use]
    pub fn with_profile(mut self) -> Self {
        self.account.profile = sample_profile();
        self
    }

    /// Makes a new anonymous user of a device that nobody else has.
    #[must_use]
    pub fn anonymous() -> Self {
        let mut sample = Self::new();
        sample.account.session.scope = Scope::Anonymous;
        let device = device_identifier(&sample_client(), &sample_device());
        sample.with_identifier(device, None)
    }

    /// Turns the sample into the sign-up of this anonymous user.
    #[must_use]
    pub fn of_anonymous(mut self, anonymous: &Self) -> Self {
        self.account.was_anonymous = true;
        self.with_id(anonymous.account.id)
    }

    /// Replaces the user's id wherever it occurs.
    #[must_use]
    pub fn with_id(mut self, id: UserId) -> Self {
        self.account.id = id;
        self.account.session.user = id;
        self.account.event.user = Some(id);
        self
    }
}

/// A profile that has every part.
#[must_use]
pub fn sample_profile() -> Profile {
    Profile {
        name: Some("Ann Lee 李".into()),
        gender: Some(Gender::Female),
        picture: Some("https://example.com/ann.png".into()),
        locale: Some("zh-CN".into()),
        description: Some("A sample.".into()),
    }
}

/// A password's hash that no other call returns.
#[must_use]
pub fn sample_password_hash() -> PasswordHash {
    PasswordHash::new(format!("$argon2id$v=19$m=19456,t=2,p=1$c2FtcGxl${}", unique()))
}

impl Default for SampleAccount {
    fn default() -> Self {
        Self::new()
    }
}
