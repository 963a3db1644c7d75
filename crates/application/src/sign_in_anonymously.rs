//! Sign in by device only, as a user without a name.

use std::sync::Arc;

use auth_domain::access::{Method, Scope};
use auth_domain::anonymous::device_identifier;
use auth_domain::events::{Actor, EventKind};
use auth_domain::identifier::Identifier;
use auth_domain::limits::{Admission, LimitKey, Quota};
use auth_domain::origin::Origin;
use auth_domain::profile::Profile;
use auth_domain::users::{AccountIdentifier, MadeAccount, UserId, UserStatus};
use auth_ports::{AccountStore, Clock, CreateError, Entropy, RateLimiter, UserStore, draw};
use chrono::TimeDelta;
use thiserror::Error;

use crate::new_event::new_event;
use crate::session_starter::{Arrival, SessionStarter, StartError};
use crate::{Failure, Tokens};

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
    /// Too many new users from one network.
    #[error("too many new users from this network")]
    TooMany {
        /// Until the next one.
        retry_after: TimeDelta,
    },
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// Signs users in by device.
pub struct SignInAnonymously {
    accounts: Arc<dyn AccountStore>,
    users: Arc<dyn UserStore>,
    limiter: Arc<dyn RateLimiter>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    starter: SessionStarter,
    enabled: bool,
    /// New anonymous users that one network may cause. `None`: no limit.
    per_network: Option<Quota>,
}

impl SignInAnonymously {
    /// On these ports, by these rules.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "a use case lists every port that it uses")]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        users: Arc<dyn UserStore>,
        limiter: Arc<dyn RateLimiter>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        starter: SessionStarter,
        enabled: bool,
        per_network: Option<Quota>,
    ) -> Self {
        Self { accounts, users, limiter, clock, entropy, starter, enabled, per_network }
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
        let user = self.find_or_make(&device_identifier(&origin.client, device), origin).await?;
        let method = Method::new("anonymous");
        let arrival = Arrival { user, origin, scope: Scope::Anonymous, method, payment: None };
        self.starter.start(arrival).await.map_err(|error| match error {
            StartError::ProofSpent | StartError::Inactive => AnonymousSignInError::Blocked,
            StartError::Failed(failure) => failure.into(),
        })
    }

    async fn find_or_make(&self, device: &Identifier, origin: &Origin) -> Result<UserId, AnonymousSignInError> {
        for _ in 0..ATTEMPTS {
            if let Some(user) = self.accounts.find_owner(device).await.map_err(Failure::from)? {
                return Ok(user);
            }
            self.admit(origin).await?;
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

    async fn admit(&self, origin: &Origin) -> Result<(), AnonymousSignInError> {
        let Some(quota) = self.per_network else { return Ok(()) };
        let key = LimitKey::new("anonymous.network", &origin.network.to_string());
        match self.limiter.admit(key, quota, self.clock.now()).await.map_err(Failure::from)? {
            Admission::Admitted => Ok(()),
            Admission::Refused { retry_after } => Err(AnonymousSignInError::TooMany { retry_after }),
        }
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
