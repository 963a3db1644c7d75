//! Bring users from elsewhere, with the password hashes that they have there.

use std::collections::BTreeSet;
use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::{AccountIdentifier, MadeAccount, UserId, UserStatus};
use auth_domain::credentials::PasswordHash;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::identifier::{IdentifierError, IdentifierKind, Schemes};
use auth_domain::profile::ProfileError;
use auth_ports::{Failure, ImportOutcome, PasswordHashReader, UserStore};
use thiserror::Error;

use super::{Operator, UserProfile};
use crate::kit::Recorder;

/// How often clashes of drawn user ids are answered with other draws.
const USER_ID_DRAWS: usize = 5;

/// One user to bring, as written in the file.
#[derive(Debug, Clone, Default)]
pub struct ImportRecord {
    /// The user's id here, to keep one that this service gave before. Drawn where absent.
    pub id: Option<UserId>,
    /// Login names, by the name of their kind.
    pub identifiers: Vec<(String, String)>,
    /// Kinds of those that were proven where the user comes from.
    pub verified: Vec<String>,
    /// Argon2, bcrypt, scrypt or PBKDF2 in the format of its kind.
    pub password_hash: Option<String>,
    /// Profile.
    pub profile: UserProfile,
    /// `ACTIVE` by default.
    pub status: UserStatus,
    /// When the user signed up there; now where absent.
    pub created_at: Option<Timestamp>,
}

/// Why a record cannot be imported as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportRefusal {
    /// Nobody could ever sign in.
    #[error("one of username, email, phone_number is required")]
    NoIdentifier,
    /// No such kind of login name, or one twice.
    #[error("a user has at most one login name of each kind")]
    Kind,
    /// A login name is malformed.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// A part of the profile is malformed.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The hash cannot be read, or checking it would cost too much.
    #[error("password_hash must be an Argon2, bcrypt, scrypt or PBKDF2 hash of bounded cost")]
    PasswordHash,
    /// The user would come from the future.
    #[error("created_at must not be later than now")]
    CreatedAt,
}

/// What became of one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportVerdict {
    /// They are stored.
    Imported,
    /// Somebody has this login name: perhaps the same user, imported before.
    Taken(IdentifierKind),
    /// Somebody has this id: perhaps the same user, imported before.
    IdTaken,
}

/// A user that is ready to be stored.
#[derive(Debug)]
pub struct ImportUser {
    account: MadeAccount,
    draws_id: bool,
}

/// Imports users.
pub struct ImportUsers {
    users: Arc<dyn UserStore>,
    hashes: Arc<dyn PasswordHashReader>,
    recorder: Recorder,
    schemes: Schemes,
}

impl ImportUsers {
    /// On these ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        hashes: Arc<dyn PasswordHashReader>,
        recorder: Recorder,
        schemes: Schemes,
    ) -> Self {
        Self { users, hashes, recorder, schemes }
    }

    /// Checks a record. Some ten microseconds of work.
    ///
    /// # Errors
    /// [`ImportRefusal`], or the failure.
    pub fn read(&self, record: &ImportRecord) -> Result<ImportUser, ImportRefusal> {
        let now = self.recorder.now();
        let created_at = record.created_at.unwrap_or(now);
        if created_at > now {
            return Err(ImportRefusal::CreatedAt);
        }
        let password = record.password_hash.clone().map(PasswordHash::new);
        if password.as_ref().is_some_and(|hash| !self.hashes.is_acceptable(hash)) {
            return Err(ImportRefusal::PasswordHash);
        }
        let account = MadeAccount {
            id: record.id.unwrap_or_else(|| UserId::from_i64(0)),
            status: record.status,
            profile: record.profile.parse()?,
            identifiers: self.identifiers(record, created_at)?,
            password,
            created_at,
        };
        Ok(ImportUser { account, draws_id: record.id.is_none() })
    }

    /// Stores what can be stored of a batch, in one transaction with its event; a verdict for each
    /// user, in order. Of two users with one login name the first has it.
    ///
    /// # Errors
    /// [`Failure`]: nothing of the batch is stored, but users whose drawn ids were in use are stored
    /// in a transaction of their own, which may be the one that fails.
    pub async fn store(&self, users: Vec<ImportUser>, operator: &Operator) -> Result<Vec<ImportVerdict>, Failure> {
        // What it stays at when every drawn id clashes.
        let mut verdicts = vec![ImportVerdict::IdTaken; users.len()];
        let mut waiting: Vec<(usize, ImportUser)> = users.into_iter().enumerate().collect();
        for _ in 0..USER_ID_DRAWS {
            if waiting.is_empty() {
                break;
            }
            waiting = self.store_once(waiting, &mut verdicts, operator).await?;
        }
        Ok(verdicts)
    }

    /// Stores a batch, and gives back those whose drawn ids were in use.
    async fn store_once(
        &self,
        mut batch: Vec<(usize, ImportUser)>,
        verdicts: &mut [ImportVerdict],
        operator: &Operator,
    ) -> Result<Vec<(usize, ImportUser)>, Failure> {
        let now = self.recorder.now();
        self.draw_ids(&mut batch, now);
        let event = operator.event(&self.recorder, EventKind::UserCreated, None, now);
        let detail = Some(format!("a batch of {}", batch.len()));
        let event = NewEvent { method: Some("import".to_owned()), detail, ..event };
        let accounts = batch.iter().map(|(_, user)| user.account.clone()).collect();
        let outcomes = self.users.import(accounts, event).await?;
        let mut again = Vec::new();
        for ((index, user), outcome) in batch.into_iter().zip(outcomes) {
            match outcome {
                ImportOutcome::Imported => verdicts[index] = ImportVerdict::Imported,
                ImportOutcome::IdentifierTaken(kind) => verdicts[index] = ImportVerdict::Taken(kind),
                ImportOutcome::UserIdTaken if user.draws_id => again.push((index, user)),
                ImportOutcome::UserIdTaken => verdicts[index] = ImportVerdict::IdTaken,
            }
        }
        Ok(again)
    }

    /// Distinct within the batch: of a thousand ids of one millisecond, two clash every fourth time.
    fn draw_ids(&self, batch: &mut [(usize, ImportUser)], now: Timestamp) {
        let given = batch.iter().filter(|(_, user)| !user.draws_id).map(|(_, user)| user.account.id);
        let mut used: BTreeSet<UserId> = given.collect();
        for (_, user) in batch.iter_mut().filter(|(_, user)| user.draws_id) {
            let mut id = UserId::generate(now, self.recorder.draw());
            for _ in 0..USER_ID_DRAWS {
                if used.insert(id) {
                    break;
                }
                id = UserId::generate(now, self.recorder.draw());
            }
            user.account.id = id;
        }
    }

    fn identifiers(
        &self,
        record: &ImportRecord,
        created_at: Timestamp,
    ) -> Result<Vec<AccountIdentifier>, ImportRefusal> {
        let mut held: Vec<AccountIdentifier> = Vec::with_capacity(record.identifiers.len());
        for (kind, raw) in &record.identifiers {
            let identifier = self.schemes.get(kind).ok_or(ImportRefusal::Kind)?.parse(raw)?;
            if held.iter().any(|other| other.identifier.kind() == identifier.kind()) {
                return Err(ImportRefusal::Kind);
            }
            let verified_at = record.verified.contains(kind).then_some(created_at);
            held.push(AccountIdentifier { identifier, verified_at });
        }
        if held.is_empty() { Err(ImportRefusal::NoIdentifier) } else { Ok(held) }
    }
}
