//! Import users from another system together with the password hashes they have there.

use std::collections::BTreeSet;
use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::{AccountIdentifier, MadeAccount, UserId, UserStatus};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::identifier::{Identifier, IdentifierKind, Schemes};
use auth_ports::{Failure, ImportOutcome, PasswordHashReader, UnreadableHash, UserStore};
use thiserror::Error;

use super::login_names::{self, LoginNamesError};
use super::{Operator, UserProfile};
use crate::kit::Recorder;

/// How often other user ids are drawn after clashes.
const USER_ID_DRAWS: usize = 5;

/// One user to import, as written in the file.
#[derive(Debug, Clone, Default)]
pub struct ImportRecord {
    /// The user's id, to keep one that this service assigned before. Drawn if absent.
    pub id: Option<UserId>,
    /// Login names by the name of their kind.
    pub identifiers: Vec<(String, String)>,
    /// The kinds of those login names that the other system has verified.
    pub verified: Vec<String>,
    /// A hash as the other system exports it, of any form that the port reads.
    pub password_hash: Option<String>,
    /// The profile, of which what can be read is kept, as at sign-up.
    pub profile: UserProfile,
    /// The status, `ACTIVE` by default.
    pub status: UserStatus,
    /// When the user signed up in the other system; the present time if absent.
    pub created_at: Option<Timestamp>,
}

/// Why a record cannot be imported as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ImportRefusal {
    /// These cannot be the login names of one user.
    #[error(transparent)]
    LoginNames(#[from] LoginNamesError),
    /// The hash cannot be read, or checking it would cost too much.
    #[error("password_hash {0}")]
    PasswordHash(#[from] UnreadableHash),
    /// The user would have signed up in the future.
    #[error("created_at must not be later than now")]
    CreatedAt,
}

/// The outcome for one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportVerdict {
    /// The user is stored.
    Imported,
    /// Another user has this login name, possibly the same person imported before.
    Taken(IdentifierKind),
    /// Another user has this id, possibly the same person imported before.
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
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        hashes: Arc<dyn PasswordHashReader>,
        recorder: Recorder,
        schemes: Schemes,
    ) -> Self {
        Self { users, hashes, recorder, schemes }
    }

    /// Checks a record, which takes some ten microseconds.
    ///
    /// # Errors
    /// Returns [`ImportRefusal`] if a rule refuses, or the failure of a port.
    pub fn read(&self, record: &ImportRecord) -> Result<ImportUser, ImportRefusal> {
        let now = self.recorder.now();
        let created_at = record.created_at.unwrap_or(now);
        if created_at > now {
            return Err(ImportRefusal::CreatedAt);
        }
        let password = record.password_hash.as_deref().map(|hash| self.hashes.read(hash)).transpose()?;
        let account = MadeAccount {
            id: record.id.unwrap_or_else(|| UserId::from_i64(0)),
            status: record.status,
            profile: record.profile.read(),
            identifiers: self.identifiers(record, created_at)?,
            password,
            created_at,
        };
        Ok(ImportUser { account, draws_id: record.id.is_none() })
    }

    /// Stores as many users of a batch as possible in one transaction with its event, and returns a verdict per user,
    /// in order. If two users have the same login name, the first one gets it.
    ///
    /// # Errors
    /// Returns the [`Failure`] of a port, in which case nothing of the batch is stored. One exception: users whose
    /// drawn ids were in use are stored in a transaction of their own, so if only that one fails, the others stay
    /// stored.
    pub async fn store(&self, users: Vec<ImportUser>, operator: &Operator) -> Result<Vec<ImportVerdict>, Failure> {
        // The verdict that stands if every drawn id clashes.
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

    /// Stores a batch and returns the users whose drawn ids were in use.
    async fn store_once(
        &self,
        mut batch: Vec<(usize, ImportUser)>,
        verdicts: &mut [ImportVerdict],
        operator: &Operator,
    ) -> Result<Vec<(usize, ImportUser)>, Failure> {
        let now = self.recorder.now();
        self.draw_ids(&mut batch, now);
        // Whenever the person signed up elsewhere: a code that was asked for before this moment must not open the account.
        for held in batch.iter_mut().flat_map(|(_, user)| &mut user.account.identifiers) {
            held.added_at = now;
        }
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

    /// Draws ids that are distinct within the batch: of a thousand ids drawn in one millisecond, two clash in one
    /// case out of four.
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
    ) -> Result<Vec<AccountIdentifier>, LoginNamesError> {
        let held = |identifier: Identifier| {
            let is_verified = record.verified.iter().any(|kind| kind == identifier.kind().name());
            let verified_at = is_verified.then_some(created_at);
            AccountIdentifier { identifier, verified_at, added_at: created_at }
        };
        Ok(login_names::read(&self.schemes, &record.identifiers)?.into_iter().map(held).collect())
    }
}
