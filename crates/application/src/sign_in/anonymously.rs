//! Sign in by device only, as an anonymous user.

use std::sync::Arc;

use auth_domain::access::{Method, Scope};
use auth_domain::accounts::{AccountIdentifier, MadeAccount, UserId, UserStatus};
use auth_domain::anonymous::device_identifier;
use auth_domain::events::EventKind;
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;
use auth_domain::profile::Profile;
use auth_ports::{AccountStore, BeginRefusal, CreateRefusal, Failure, Halt, Halted as _, Happened, UserStore, refuse};
use thiserror::Error;

use crate::kit::{Arrival, Limited, OverBudget, Recorder, Sessions, Shown, Tokens};

/// How often to try to find or create the device's user, in case others create and delete it meanwhile.
const ATTEMPTS: usize = 3;

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum AnonymousSignInRefusal {
    /// The operator does not offer anonymous sign-in.
    #[error("anonymous sign-in is switched off")]
    Off,
    /// The request names no device by which the user could be recognised.
    #[error("x-device-id is required")]
    NoDevice,
    /// The id is so short that others could guess it, and whoever knows it is the user.
    #[error("x-device-id must have at least 16 characters to sign in anonymously, since whoever knows it is the user")]
    ShortDevice,
    /// An operator has blocked the account.
    #[error("the account is blocked")]
    Blocked,
    /// There were too many from one network. There is a limit because each one leaves a row.
    #[error("too many anonymous sign-ins from this network")]
    TooMany(OverBudget),
}

/// Signs users in by device.
pub struct SignInAnonymously {
    accounts: Arc<dyn AccountStore>,
    users: Arc<dyn UserStore>,
    recorder: Recorder,
    sessions: Sessions,
    enabled: bool,
    limit: Limited,
}

impl SignInAnonymously {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        users: Arc<dyn UserStore>,
        recorder: Recorder,
        sessions: Sessions,
        enabled: bool,
        limit: Limited,
    ) -> Self {
        Self { accounts, users, recorder, sessions, enabled, limit }
    }

    /// Begins a session of the device's one anonymous user, who is created if there is none yet.
    ///
    /// # Errors
    /// Returns [`AnonymousSignInRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, origin: &Origin) -> Result<Tokens, Halt<AnonymousSignInRefusal>> {
        if !self.enabled {
            return refuse(AnonymousSignInRefusal::Off);
        }
        let device = origin.device.as_ref().ok_or(Halt::Refused(AnonymousSignInRefusal::NoDevice))?;
        if !device.is_secret() {
            return refuse(AnonymousSignInRefusal::ShortDevice);
        }
        self.limit.spend(origin).await.refused_as(AnonymousSignInRefusal::TooMany)?;
        let user = self.find_or_make(&device_identifier(&origin.client, device), origin).await?;
        let method = Method::new("anonymous");
        let arrival = Arrival { user, origin, scope: Scope::Anonymous, method, payment: None, shown: Shown::Other };
        self.sessions.begin(arrival).await.refused_as(|refusal| match refusal {
            BeginRefusal::ProofUnusable
            | BeginRefusal::Inactive
            | BeginRefusal::PasswordChanged
            | BeginRefusal::WayInRemoved => AnonymousSignInRefusal::Blocked,
        })
    }

    async fn find_or_make(&self, device: &Identifier, origin: &Origin) -> Result<UserId, Halt<AnonymousSignInRefusal>> {
        for _ in 0..ATTEMPTS {
            if let Some(user) = self.accounts.find_owner(device).await? {
                return Ok(user);
            }
            let account = self.new_account(device);
            let user = account.id;
            let event = self.recorder.own_event(EventKind::SignedUp, user, origin, account.created_at);
            match self.users.create(account, event).await.decided()? {
                Ok(()) => {
                    self.recorder.count(Happened::SignedUp("anonymous"));
                    return Ok(user);
                }
                Err(CreateRefusal::IdentifierTaken(_) | CreateRefusal::UserIdTaken) => {}
            }
        }
        Err(Failure::internal("the device's user was created and deleted concurrently, several times in a row").into())
    }

    fn new_account(&self, device: &Identifier) -> MadeAccount {
        let now = self.recorder.now();
        MadeAccount {
            id: UserId::generate(now, self.recorder.draw()),
            status: UserStatus::Active,
            profile: Profile::default(),
            identifiers: vec![AccountIdentifier { identifier: device.clone(), verified_at: None, added_at: now }],
            password: None,
            created_at: now,
        }
    }
}
