//! The use case.

use std::sync::Arc;

use auth_domain::accounts::Account;
use auth_ports::{Clock, Failure, SessionStore};

use crate::mottos::{Motto, Mottos};

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// How long somebody has been a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rank {
    /// Shorter than a veteran.
    Member,
    /// As long as the operator says.
    Veteran,
}

/// What the badge shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// How long somebody has been a user.
    pub rank: Rank,
    /// On how many devices the user is signed in now.
    pub devices: usize,
    /// What the user wrote on it.
    pub motto: Option<Motto>,
}

/// Shows a user's badge.
pub struct ShowBadge {
    sessions: Arc<dyn SessionStore>,
    mottos: Arc<dyn Mottos>,
    clock: Arc<dyn Clock>,
    veteran_after_days: u32,
}

impl ShowBadge {
    /// Builds the use case from its ports. `veteran_after_days` is the operator's rule.
    #[must_use]
    pub fn new(
        sessions: Arc<dyn SessionStore>,
        mottos: Arc<dyn Mottos>,
        clock: Arc<dyn Clock>,
        veteran_after_days: u32,
    ) -> Self {
        Self { sessions, mottos, clock, veteran_after_days }
    }

    /// Returns the badge of this account.
    ///
    /// # Errors
    /// A [`Failure`] when the store cannot be asked.
    pub async fn run(&self, account: &Account) -> Result<Badge, Failure> {
        let now = self.clock.now();
        let devices = self.sessions.list(account.id, now).await?.len();
        let days = (now - account.created_at).num_seconds() / SECONDS_PER_DAY;
        let rank = if days >= i64::from(self.veteran_after_days) { Rank::Veteran } else { Rank::Member };
        Ok(Badge { rank, devices, motto: self.mottos.find(account.id).await? })
    }
}
