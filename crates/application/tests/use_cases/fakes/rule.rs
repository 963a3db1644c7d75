//! A rule of the operator's.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_ports::{Cause, OnFailure, Rule, Ruling, UserToBe};

/// What a rule does when it is asked.
#[derive(Clone, Copy)]
pub(crate) enum Says {
    Yes,
    No(&'static str),
    /// Yes to the first question. Whoever asks later waits a second for a no.
    YesOnce(&'static str),
    Fails,
    Hangs,
    Panics,
}

/// Keeps what it was asked about.
pub(crate) struct FakeRule {
    says: Mutex<Says>,
    on_failure: OnFailure,
    asked: Mutex<Vec<UserToBe>>,
}

impl FakeRule {
    pub(crate) const DEADLINE: Duration = Duration::from_secs(3);

    pub(crate) fn new(says: Says, on_failure: OnFailure) -> Arc<Self> {
        Arc::new(Self { says: Mutex::new(says), on_failure, asked: Mutex::default() })
    }

    /// From now on.
    pub(crate) fn say(&self, says: Says) {
        *self.says.lock().expect("not poisoned") = says;
    }

    /// About whom it was asked, each time.
    pub(crate) fn asked(&self) -> Vec<UserToBe> {
        self.asked.lock().expect("not poisoned").clone()
    }

    /// Returns whether it is the first one.
    fn keep(&self, user: &UserToBe) -> bool {
        let mut asked = self.asked.lock().expect("not poisoned");
        asked.push(user.clone());
        asked.len() == 1
    }
}

#[async_trait]
impl Rule for FakeRule {
    fn name(&self) -> &str {
        "fake"
    }

    fn deadline(&self) -> Duration {
        Self::DEADLINE
    }

    fn on_failure(&self) -> OnFailure {
        self.on_failure
    }

    async fn judge(&self, user: &UserToBe) -> Result<Ruling, Cause> {
        let is_first = self.keep(user);
        let says = *self.says.lock().expect("not poisoned");
        match says {
            Says::Yes => Ok(Ruling::Allowed),
            Says::No(text) => Ok(Ruling::Refused(text.to_owned())),
            Says::YesOnce(_) if is_first => Ok(Ruling::Allowed),
            Says::YesOnce(text) => {
                // The other request is done meanwhile. The paused clock of the runtime moves on.
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(Ruling::Refused(text.to_owned()))
            }
            Says::Fails => Err("no answer".into()),
            Says::Hangs => std::future::pending().await,
            Says::Panics => panic!("as told"),
        }
    }
}
