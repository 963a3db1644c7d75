//! Edit a user's profile and login names on their behalf.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::change::{AccountChange, Author, Change, SessionsToEnd};
use auth_domain::accounts::{Account, AccountIdentifier, UserId};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::identifier::{Identifier, IdentifierKind, Schemes};
use auth_domain::profile::{Profile, ProfileError};
use auth_ports::{AccountStore, ChangeRefusal, Failure, Halt, Halted as _, OrRefuse as _, refuse};
use thiserror::Error;

use super::login_names::{self, LoginNamesError};
use super::{Operator, UserProfile};
use crate::kit::{Recorder, contact_changed, name_changed};

/// What to change. Whatever is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct EditUserCommand {
    /// Login names by the name of their kind, each in place of the one that the user has.
    pub identifiers: Vec<(String, String)>,
    /// The parts of the profile.
    pub profile: UserProfile,
    /// The names of those parts of the profile that are removed. One that is provided as well is replaced.
    pub clear: Vec<String>,
}

/// Why nothing was changed.
#[derive(Debug, Error)]
pub enum EditUserRefusal {
    /// Nobody has this id.
    #[error("there is no such user")]
    NoSuchUser,
    /// These cannot be the login names of one user.
    #[error(transparent)]
    LoginNames(#[from] LoginNamesError),
    /// A part of the profile is malformed.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Another user already has this login name.
    #[error("{0} is already registered")]
    Taken(IdentifierKind),
}

/// Edits users.
pub struct EditUser {
    accounts: Arc<dyn AccountStore>,
    schemes: Schemes,
    recorder: Recorder,
}

impl EditUser {
    /// Builds the use case from its ports.
    #[must_use]
    pub fn new(accounts: Arc<dyn AccountStore>, schemes: Schemes, recorder: Recorder) -> Self {
        Self { accounts, schemes, recorder }
    }

    /// Changes the profile and the login names, also of blocked users. A new address counts as unproven until the user
    /// signs in with a code. The owner is told of it at every address that the account had before. Nothing is recorded
    /// where everything is as it should be.
    ///
    /// # Errors
    /// Returns [`EditUserRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(
        &self,
        user: UserId,
        command: EditUserCommand,
        operator: &Operator,
    ) -> Result<(), Halt<EditUserRefusal>> {
        let account = self.accounts.find(user).await?.ok_or(Halt::Refused(EditUserRefusal::NoSuchUser))?;
        let now = self.recorder.now();
        let edits = self.edits(&account, &command, now)?;
        if edits.is_empty() {
            return Ok(());
        }
        let event = |record: &Record| self.event(record, user, operator, now);
        let events = edits.iter().map(|(_, record)| event(record)).collect();
        let change = AccountChange {
            user,
            by: Author::Operator,
            changes: edits.into_iter().map(|(change, _)| change).collect(),
            payment: None,
            end_sessions: SessionsToEnd::None,
            events,
            telling: self.recorder.telling(None),
            at: now,
        };
        match self.accounts.change(change).await.decided()? {
            Ok(()) => {
                self.recorder.told();
                Ok(())
            }
            Err(ChangeRefusal::IdentifierTaken(kind)) => refuse(EditUserRefusal::Taken(kind)),
            Err(ChangeRefusal::NoAccount) => refuse(EditUserRefusal::NoSuchUser),
            // None of the other refusals can result from a profile or a login name.
            Err(refusal) => Err(Failure::internal(refusal).into()),
        }
    }

    fn edits(
        &self,
        account: &Account,
        command: &EditUserCommand,
        now: Timestamp,
    ) -> Result<Vec<(Change, Record)>, Halt<EditUserRefusal>> {
        let newer = command.profile.parse().or_refuse()?;
        let kept = UserProfile::cleared(account.profile.clone(), &command.clear).or_refuse()?;
        let profile = kept.updated_by(newer);
        let profile = Some(profile).filter(|profile| *profile != account.profile).map(of_profile);
        let names = match &command.identifiers[..] {
            [] => Vec::new(),
            written => login_names::read(&self.schemes, written).or_refuse()?,
        };
        let is_new =
            |name: &Identifier| account.identifiers.iter().all(|held| !is_written_alike(&held.identifier, name));
        let names = names.into_iter().filter(is_new).map(|name| self.of_name(account, name, now));
        Ok(profile.into_iter().chain(names).collect())
    }

    /// An address that is only written in another way stays proven.
    fn of_name(&self, account: &Account, identifier: Identifier, now: Timestamp) -> (Change, Record) {
        let reaches = self.schemes.get(identifier.kind().name()).is_some_and(|scheme| scheme.channel().is_some());
        let record = if reaches { contact_changed(&identifier) } else { name_changed(&identifier) };
        let same = account.identifiers.iter().find(|held| held.identifier == identifier);
        let verified_at = same.and_then(|held| held.verified_at);
        (Change::Identifier(AccountIdentifier { identifier, verified_at, added_at: now }), record)
    }

    fn event(&self, (kind, detail): &Record, user: UserId, operator: &Operator, now: Timestamp) -> NewEvent {
        let event = operator.event(&self.recorder, *kind, Some(user), now);
        NewEvent { detail: detail.clone(), ..event }
    }
}

/// How a change is recorded: the kind of the event, and what else is known.
type Record = (EventKind, Option<String>);

fn of_profile(profile: Profile) -> (Change, Record) {
    (Change::Profile(profile), (EventKind::ProfileChanged, None))
}

fn is_written_alike(one: &Identifier, other: &Identifier) -> bool {
    one == other && one.shown() == other.shown()
}
