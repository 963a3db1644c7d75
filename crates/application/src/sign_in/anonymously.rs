//! Sign in by device only, as a user without a name.

use std::sync::Arc;

use auth_domain::access::{Method, Scope};
use auth_domain::accounts::{AccountIdentifier, MadeAccount, UserId, UserStatus};
use auth_domain::anonymous::device_identifier;
use auth_domain::events::{Actor, EventKind};
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;
use auth_domain::profile::Profile;
use auth_ports::{AccountStore, Clock, CreateError, Entropy, UserStore, draw};
use chrono::TimeDelta;
use thiserror::Error;

use crate::kit::{Arrival, Failure, NotAdmitted, RateLimit, SessionStarter, Shown, StartError, Tokens, new_event};

/// Tries at finding or making the device's user, should others make and remove it meanwhile.
const ATTEMPTS: usize = 3;

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum AnonymousSignInError {
    /// The operator does not offer it.
    #[error("anonymous sign-in is switched off")]
    Off,
    /// There is no device to know the user by.
    #[error("x-device-id is required")]
    NoDevice,
    /// An operator closed the account.
    #[error("the account is blocked")]
    Blocked,
    /// Too many from one network: each leaves a row.
    #[error("too many anonymous sign-ins from this network")]
    TooMany {
        /// Until the next one.
        retry_after: TimeDelta,
    },
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<NotAdmitted> for AnonymousSignInError {
    fn from(reason: NotAdmitted) -> Self {
        match reason {
            NotAdmitted::TooOften { retry_after } => Self::TooMany { retry_after },
            NotAdmitted::Failed(failure) => failure.into(),
        }
    }
}

/// Signs users in by device.
pub struct SignInAnonymously {
    accounts: Arc<dyn AccountStore>,
    users: Arc<dyn UserStore>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    starter: SessionStarter,
    enabled: bool,
    limit: RateLimit,
}

impl SignInAnonymously {
    /// On these ports, by these rules.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        users: Arc<dyn UserStore>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        starter: SessionStarter,
        enabled: bool,
        limit: RateLimit,
    ) -> Self {
        Self { accounts, users, clock, entropy, starter, enabled, limit }
    }

    /// Begins a session of the device's one anonymous user, who is made when there is none.
    ///
    /// # Errors
    /// [`AnonymousSignInError`].
    pub async fn run(&self, origin: &Origin) -> Result<Tokens, AnonymousSignInError> {
        if !self.enabled {
            return Err(AnonymousSignInError::Off);
        }
        let device = origin.device.as_ref().ok_or(AnonymousSignInError::NoDevice)?;
        self.limit.admit(origin).await?;
        let user = self.find_or_make(&device_identifier(&origin.client, device), origin).await?;
        let method = Method::new("anonymous");
        let arrival = Arrival { user, origin, scope: Scope::Anonymous, method, payment: None, shown: Shown::Other };
        self.starter.start(arrival).await.map_err(|error| match error {
            StartError::ProofSpent | StartError::Inactive | StartError::PasswordChanged => {
                AnonymousSignInError::Blocked
            }
            StartError::Failed(failure) => failure.into(),
        })
    }

    async fn find_or_make(&self, device: &Identifier, origin: &Origin) -> Result<UserId, AnonymousSignInError> {
        for _ in 0..ATTEMPTS {
            if let Some(user) = self.accounts.find_owner(device).await.map_err(Failure::from)? {
                return Ok(user);
            }
            let account = self.new_account(device);
            let user = account.id;
            let actor = Actor::User(origin.clone());
            let event = new_event(&*self.entropy, EventKind::SignedUp, Some(user), actor, account.created_at);
            match self.users.create(account, event).await {
                Ok(()) => return Ok(user),
                Err(CreateError::IdentifierTaken(_) | CreateError::UserIdTaken) => {}
                Err(CreateError::Store(error)) => return Err(Failure::from(error).into()),
            }
        }
        Err(Failure::Internal("the device's user comes and goes".into()).into())
    }

    fn new_account(&self, device: &Identifier) -> MadeAccount {
        let now = self.clock.now();
        MadeAccount {
            id: UserId::generate(now, draw(&*self.entropy)),
            status: UserStatus::Active,
            profile: Profile::default(),
            identifiers: vec![AccountIdentifier { identifier: device.clone(), verified_at: None }],
            password: None,
            created_at: now,
        }
    }
}
