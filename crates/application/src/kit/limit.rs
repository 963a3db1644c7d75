//! What is limited, and for whom it is counted.

use auth_domain::accounts::UserId;
use auth_domain::limits::{LimitKey, Quota};
use auth_domain::origin::Network;

/// How much more a wider network may do than the narrowest one in it. A provider's customer who has a /48 has 65 536
/// of /64, and a company that has a /24 has 256 addresses; neither may do so many times as much.
const WIDER: u32 = 2;

/// A limit. What is counted against limits of the same name is counted together.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    name: &'static str,
    /// `None` means no limit.
    quota: Option<Quota>,
}

impl Limit {
    /// Makes a limit. `quota` is the soft one; `None` means no limit.
    #[must_use]
    pub const fn new(name: &'static str, quota: Option<Quota>) -> Self {
        Self { name, quota }
    }

    /// What is counted for one party, if there is a limit.
    #[must_use]
    pub fn of(&self, whom: &str) -> Option<Charge> {
        let Self { name, quota } = *self;
        quota.map(|quota| Charge { name, key: LimitKey::new(name, whom), quota })
    }

    /// What is counted for an account.
    #[must_use]
    pub fn of_account(&self, user: UserId) -> Option<Charge> {
        self.of(&user.to_string())
    }

    /// What is counted for a network and for the wider ones around it, the narrowest first.
    pub fn of_network(&self, network: Network) -> impl Iterator<Item = Charge> {
        network.ladder().enumerate().filter_map(|(rung, network)| {
            let charge = self.of(&network.to_string())?;
            Some(if rung == 0 { charge } else { Charge { quota: charge.quota.widened(WIDER), ..charge } })
        })
    }
}

/// One occurrence, to be counted against one limit for one party.
#[derive(Debug, Clone, Copy)]
pub struct Charge {
    pub(super) name: &'static str,
    pub(super) key: LimitKey,
    /// The soft quota.
    pub(super) quota: Quota,
}
