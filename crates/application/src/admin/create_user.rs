//! Create a user without a sign-up: no code, no proof, no session.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::{AccountIdentifier, MadeAccount, UserId, UserStatus};
use auth_domain::credentials::{PasswordError, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::{Identifier, IdentifierKind, Schemes};
use auth_domain::profile::{Profile, ProfileError};
use auth_ports::{
    CreateRefusal, Failure, Halt, Halted as _, HashAsker, OrRefuse as _, PasswordHasher, UserStore, refuse,
};
use secrecy::SecretString;
use thiserror::Error;

use super::initial_password::given_or_drawn;
use super::login_names::{self, LoginNamesError};
use super::{Operator, UserProfile};
use crate::kit::Recorder;

/// How often another user id is drawn after a clash.
const USER_ID_DRAWS: usize = 5;

/// A user to create, as the operator described it.
#[derive(Debug, Clone, Default)]
pub struct CreateUserCommand {
    /// Login names by the name of their kind: `username`, `email`, `phone_number`.
    pub identifiers: Vec<(String, String)>,
    /// The password. If absent, a random one is generated.
    pub password: Option<SecretString>,
    /// The profile.
    pub profile: UserProfile,
    /// The status, `ACTIVE` by default.
    pub status: UserStatus,
}

/// A user who was created.
#[derive(Debug)]
pub struct CreatedUser {
    /// The user's id.
    pub id: UserId,
    /// The random password, if none was given. This is the only copy; it is valid until it is changed.
    pub initial_password: Option<SecretString>,
}

/// Why no user was created. Nothing was stored.
#[derive(Debug, Error)]
pub enum CreateUserRefusal {
    /// These cannot be the login names of one user.
    #[error(transparent)]
    LoginNames(#[from] LoginNamesError),
    /// A part of the profile is malformed.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Another user already has this login name.
    #[error("{0} is already registered")]
    Taken(IdentifierKind),
}

/// Creates users.
pub struct CreateUser {
    users: Arc<dyn UserStore>,
    hasher: Arc<dyn PasswordHasher>,
    recorder: Recorder,
    schemes: Schemes,
    policy: PasswordPolicy,
}

impl CreateUser {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(
        users: Arc<dyn UserStore>,
        hasher: Arc<dyn PasswordHasher>,
        recorder: Recorder,
        schemes: Schemes,
        policy: PasswordPolicy,
    ) -> Self {
        Self { users, hasher, recorder, schemes, policy }
    }

    /// Creates a user. Their addresses count as unproven until they sign in with a code.
    ///
    /// # Errors
    /// Returns [`CreateUserRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(
        &self,
        command: CreateUserCommand,
        operator: &Operator,
    ) -> Result<CreatedUser, Halt<CreateUserRefusal>> {
        let identifiers = login_names::read(&self.schemes, &command.identifiers).or_refuse()?;
        let profile = command.profile.parse().or_refuse()?;
        let (password, initial_password) =
            given_or_drawn(command.password.as_ref(), &identifiers, &self.policy, self.recorder.entropy())?;
        let hash = self.hasher.hash(password, HashAsker::Operator).await?;
        for _ in 0..USER_ID_DRAWS {
            let now = self.recorder.now();
            let id = UserId::generate(now, self.recorder.draw());
            let account = made(id, command.status, &profile, &identifiers, now);
            let account = MadeAccount { password: Some(hash.clone()), ..account };
            let event = operator.event(&self.recorder, EventKind::UserCreated, Some(id), now);
            match self.users.create(account, event).await.decided()? {
                Ok(()) => return Ok(CreatedUser { id, initial_password }),
                Err(CreateRefusal::UserIdTaken) => {}
                Err(CreateRefusal::IdentifierTaken(kind)) => return refuse(CreateUserRefusal::Taken(kind)),
            }
        }
        Err(Failure::internal("the random source repeats itself").into())
    }
}

fn made(id: UserId, status: UserStatus, profile: &Profile, own: &[Identifier], now: Timestamp) -> MadeAccount {
    let held = |identifier: &Identifier| AccountIdentifier {
        identifier: identifier.clone(),
        verified_at: None,
        added_at: now,
    };
    let identifiers = own.iter().map(held).collect();
    MadeAccount { id, status, profile: profile.clone(), identifiers, password: None, created_at: now }
}
