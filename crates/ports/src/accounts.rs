//! Accounts.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::change::{AccountChange, AccountDeletion};
use auth_domain::accounts::{Account, UserId};
use auth_domain::credentials::PasswordHash;
use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::sessions::SessionId;
use auth_domain::sign_up::NewAccount;
use auth_domain::vouchers::{Voucher, VoucherKind};
use thiserror::Error;

use crate::{Failure, Halt};

/// Why an account was not made. Nothing was stored, and neither a proof nor a voucher was spent.
#[derive(Debug, Error)]
pub enum RegisterRefusal {
    /// Somebody has this identifier.
    #[error("{0} is taken")]
    IdentifierTaken(IdentifierKind),
    /// Somebody has this third party's identity.
    #[error("the external identity is taken")]
    ExternalIdentityTaken,
    /// A proof is spent, expired or unknown.
    #[error("a proof cannot be spent")]
    ProofUnusable,
    /// A voucher of this kind is spent or unknown, or the store has no spender for the kind.
    #[error("the {0} cannot be spent")]
    VoucherUnusable(VoucherKind),
    /// The user id is in use; draw another.
    #[error("the user id is in use")]
    UserIdTaken,
}

/// Why an account was not changed. Nothing was stored, and no proof was spent.
#[derive(Debug, Error)]
pub enum ChangeRefusal {
    /// Somebody else has this identifier.
    #[error("{0} is taken")]
    IdentifierTaken(IdentifierKind),
    /// Somebody else has this third party's identity.
    #[error("the external identity is taken")]
    ExternalIdentityTaken,
    /// A proof is spent, expired or unknown.
    #[error("a proof cannot be spent")]
    ProofUnusable,
    /// After the change nobody could sign in to the account any more.
    #[error("it is the last way to sign in")]
    LastWayIn,
    /// No such account, or it is blocked, or the session has ended.
    #[error("there is no such account")]
    NoAccount,
}

/// Why an account was not deleted. Nothing was stored, and no proof was spent.
#[derive(Debug, Error)]
pub enum DeleteRefusal {
    /// The proof is spent, expired or unknown.
    #[error("the proof cannot be spent")]
    ProofUnusable,
    /// No such account, or the session that asks (`session`) has ended.
    #[error("there is no such account")]
    NoAccount,
}

/// Keeps accounts.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Stores the account, its first session and its event, and spends its proofs and vouchers: all or nothing.
    /// Where the account was anonymous, its user row is kept, the identifier of kind
    /// `anonymous_device` and all its sessions go, and without such a user or identifier the answer
    /// is `UserIdTaken`.
    ///
    /// Of concurrent calls that claim one identifier, one external identity, one proof or one voucher, exactly
    /// one succeeds; the others see the refusal that names what they lost. Where several refusals
    /// apply, an unusable proof is reported first, and then an unusable voucher.
    ///
    /// A voucher is spent by the spender that was registered for its kind, in the account's transaction. From then on
    /// [`ProofStore::find`](crate::ProofStore::find) finds it by its hash, as a spent proof of
    /// [`ProofSubject::Voucher`](auth_domain::proofs::ProofSubject::Voucher) that expires when the request can no longer
    /// be repeated.
    async fn register(&self, account: NewAccount) -> Result<(), Halt<RegisterRefusal>>;

    /// The kinds of vouchers that this store has spenders for.
    fn voucher_kinds(&self) -> Vec<VoucherKind> {
        Vec::new()
    }

    /// The first of the vouchers that `user` could not spend at `at`, or `None` where nothing speaks against them.
    /// Spends nothing. It is a look only, so that whoever guesses is refused before anything expensive:
    /// [`AccountStore::register`] decides. A store that cannot look says `None`.
    async fn find_unusable_voucher(
        &self,
        _vouchers: &[Voucher],
        _user: UserId,
        _at: Timestamp,
    ) -> Result<Option<VoucherKind>, Failure> {
        Ok(None)
    }

    /// Whose identifier this is.
    async fn find_owner(&self, identifier: &Identifier) -> Result<Option<UserId>, Failure>;

    /// The account with this id, whatever its status.
    async fn find(&self, user: UserId) -> Result<Option<Account>, Failure>;

    /// The account with this id, provided that it is active and that this session of it is alive:
    /// begun, not ended, not expired at `now`. In one round trip, for it precedes every user call.
    async fn find_in_session(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, Failure>;

    /// The account with this identifier, whatever its status, in one round trip.
    async fn find_by_identifier(&self, identifier: &Identifier) -> Result<Option<Account>, Failure>;

    /// The account that this third party's identity is bound to, whatever its status.
    async fn find_by_external_identity(&self, provider: &ProviderId, subject: &str)
    -> Result<Option<Account>, Failure>;

    /// Stores the changes and the events, ends the sessions, spends the proofs: all or nothing, and
    /// only while the account is active and the session that asks (`session`) is alive; an operator's
    /// changes apply to blocked accounts too. An anonymous user who gets a proven way in is anonymous no
    /// longer: the identifier of kind `anonymous_device` goes, and sessions that go on have the scope of
    /// users. Changes to one account are made one after another, so that two of them cannot
    /// together remove its last way in.
    async fn change(&self, change: AccountChange) -> Result<(), Halt<ChangeRefusal>>;

    /// Deletes the account with everything that belongs to it, and stores the event: all or nothing. Of
    /// the user's events network, device and detail go, but for this event's detail and an operator's network.
    /// Its identifiers and identities are free again at once.
    async fn delete(&self, deletion: AccountDeletion) -> Result<(), Halt<DeleteRefusal>>;

    /// Replaces a password hash by one of the same password with today's parameters, unless the
    /// password was changed meanwhile.
    async fn renew_password_hash(&self, user: UserId, old: PasswordHash, new: PasswordHash) -> Result<(), Failure>;
}
