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

/// Why an account was not created. Nothing was stored, and neither a proof nor a voucher was spent.
#[derive(Debug, Error)]
pub enum RegisterRefusal {
    /// Another user already has this identifier.
    #[error("{0} is taken")]
    IdentifierTaken(IdentifierKind),
    /// Another user already has this third-party identity.
    #[error("the external identity is taken")]
    ExternalIdentityTaken,
    /// A proof is spent, expired or unknown.
    #[error("a proof cannot be spent")]
    ProofUnusable,
    /// A voucher of this kind is spent or unknown, or the store has no spender for the kind.
    #[error("the {0} cannot be spent")]
    VoucherUnusable(VoucherKind),
    /// The user id is in use; the caller should draw another one.
    #[error("the user id is in use")]
    UserIdTaken,
}

/// Why an account was not changed. Nothing was stored, and no proof was spent.
#[derive(Debug, Error)]
pub enum ChangeRefusal {
    /// Another user already has this identifier.
    #[error("{0} is taken")]
    IdentifierTaken(IdentifierKind),
    /// Another user already has this third-party identity.
    #[error("the external identity is taken")]
    ExternalIdentityTaken,
    /// The account already has an identity of this provider, and it is another one.
    #[error("another identity of the provider is bound")]
    OtherIdentityBound,
    /// The account already has a password, so this is not its first.
    #[error("there is a password already")]
    PasswordSet,
    /// A proof is spent, expired or unknown.
    #[error("a proof cannot be spent")]
    ProofUnusable,
    /// After the change, nobody could sign in to the account any more.
    #[error("this is the last way to sign in")]
    LastWayIn,
    /// There is no such account, it is blocked, or the session has ended.
    #[error("there is no such account")]
    NoAccount,
}

/// Why an account was not deleted. Nothing was stored, and no proof was spent.
#[derive(Debug, Error)]
pub enum DeleteRefusal {
    /// The proof is spent, expired or unknown.
    #[error("the proof cannot be spent")]
    ProofUnusable,
    /// There is no such account, or the session of the request (`session`) has ended.
    #[error("there is no such account")]
    NoAccount,
}

/// Keeps accounts.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Stores the account, its first session and its event, and spends its proofs and vouchers: all or nothing. If the
    /// account was anonymous, its user row is kept, while the identifier of kind `anonymous_device` and all its sessions
    /// are removed; if there is no such user or identifier, the refusal is `UserIdTaken`.
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

    /// Returns the kinds of vouchers that this store has spenders for.
    fn voucher_kinds(&self) -> Vec<VoucherKind> {
        Vec::new()
    }

    /// Returns the kind of the first of the vouchers that `user` could not spend at `at`. It spends nothing, because
    /// it is only a look, by which a guess is refused before anything expensive happens; [`AccountStore::register`]
    /// decides. A store that cannot look returns `None`.
    async fn find_unusable_voucher(
        &self,
        _vouchers: &[Voucher],
        _user: UserId,
        _at: Timestamp,
    ) -> Result<Option<VoucherKind>, Failure> {
        Ok(None)
    }

    /// Returns the owner of an identifier.
    async fn find_owner(&self, identifier: &Identifier) -> Result<Option<UserId>, Failure>;

    /// Returns the account with this id, whatever its status.
    async fn find(&self, user: UserId) -> Result<Option<Account>, Failure>;

    /// Returns the account with this id, provided that it is active and that this session of it is alive: begun, not
    /// ended, and not expired at `now`. It takes one round trip, because it precedes every call of a user.
    async fn find_in_session(
        &self,
        user: UserId,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<Account>, Failure>;

    /// Returns the account with this identifier, whatever its status, in one round trip.
    async fn find_by_identifier(&self, identifier: &Identifier) -> Result<Option<Account>, Failure>;

    /// Returns the account that this third-party identity is bound to, whatever its status.
    async fn find_by_external_identity(&self, provider: &ProviderId, subject: &str)
    -> Result<Option<Account>, Failure>;

    /// Stores the changes and the events, ends the sessions and spends the proofs: all or nothing, and only while the
    /// account is active and the session of the request (`session`) is alive. An operator's changes apply to blocked
    /// accounts too. An anonymous user who gets a proven way to sign in is no longer anonymous: the identifier of
    /// kind `anonymous_device` is removed, and sessions that continue get the scope of ordinary users. Changes to one
    /// account run one after another, so that two of them together cannot remove its last way to sign in, and of several
    /// first passwords one is set. What counts as a way to sign in, the change says itself
    /// (`auth_domain::accounts::ways_in::WaysIn`): an identity or an address that it does not name is none.
    ///
    /// The messages that tell the owner (`AccountChange::messages`) are queued together with the change, due at once.
    /// They follow from the account as it is before, under the same lock, so that they go to every address of that moment.
    ///
    /// An identifier keeps the instant at which it was added while it is proven again or written in another way. A
    /// recovery (`Change::Recover`) removes what `auth_domain::accounts::recovery::Recovery` says of the account as it is
    /// before; without the address, the refusal is `NoAccount`.
    async fn change(&self, change: AccountChange) -> Result<(), Halt<ChangeRefusal>>;

    /// Deletes the account with everything that belongs to it, and stores the event: all or nothing. Network, device
    /// and detail are removed from the user's events, except for the detail of this event and the network of an
    /// operator. The identifiers and identities are available again at once. Messages that were queued to the account's
    /// addresses are removed; those that tell of the deletion (`AccountDeletion::messages`) are queued, due at once.
    async fn delete(&self, deletion: AccountDeletion) -> Result<(), Halt<DeleteRefusal>>;

    /// Replaces a password hash with one of the same password that uses today's parameters, unless the password was
    /// changed meanwhile.
    async fn renew_password_hash(&self, user: UserId, old: PasswordHash, new: PasswordHash) -> Result<(), Failure>;
}
