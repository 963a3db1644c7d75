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
    depth: Depth,
}

/// How many times as deep as its soft quota the hard quota of a limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// As many times as the hard quotas of most limits.
    Usual,
    /// Half as many times as that.
    Half,
    /// So many times.
    Times(u32),
}

impl Depth {
    pub(super) fn times(self, usual: u32) -> u32 {
        match self {
            Self::Usual => usual,
            Self::Half => (usual / 2).max(1),
            Self::Times(times) => times,
        }
    }
}

impl Limit {
    /// Makes a limit. `quota` is the soft one; `None` means no limit.
    #[must_use]
    pub const fn new(name: &'static str, quota: Option<Quota>) -> Self {
        Self { name, quota, depth: Depth::Usual }
    }

    /// The same limit, with a hard quota that is so many times as deep as the soft one. With 1 they are the same.
    #[must_use]
    pub const fn deepened(self, times: u32) -> Self {
        Self { depth: Depth::Times(times), ..self }
    }

    /// What is counted for one party, if there is a limit.
    #[must_use]
    pub fn of(&self, whom: &str) -> Option<Charge> {
        let Self { name, quota, depth } = *self;
        quota.map(|quota| Charge { name, key: LimitKey::new(name, whom), quota, depth })
    }

    /// What is counted for one party that has a part in common with others, such as an address. A network (IPv4 /24, IPv6
    /// /48) has at most half of what there is beyond the soft quota, so that no network uses up all of it.
    pub(crate) fn of_all_and_network(&self, whom: &str, network: Network) -> impl Iterator<Item = Charge> {
        let part = Self { depth: Depth::Half, ..*self };
        let part = part.of(&format!("{whom}\0{}", network.widest()));
        [part, self.of(whom)].into_iter().flatten()
    }

    /// What is counted for an account.
    #[must_use]
    pub fn of_account(&self, user: UserId) -> Option<Charge> {
        self.of(&user.to_string())
    }

    /// What is counted for a network and for the wider ones around it, the narrowest first.
    pub fn of_network(&self, network: Network) -> impl Iterator<Item = Charge> {
        self.of_ladder(network, |network| network.to_string())
    }

    /// What is counted for a network at somebody, and for the wider ones around it, the narrowest first.
    pub fn of_network_at(&self, whom: &str, network: Network) -> impl Iterator<Item = Charge> {
        self.of_ladder(network, move |network| format!("{whom}\0{network}"))
    }

    fn of_ladder(&self, network: Network, whom: impl Fn(Network) -> String) -> impl Iterator<Item = Charge> {
        network.ladder().enumerate().filter_map(move |(rung, network)| {
            let charge = self.of(&whom(network))?;
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
    pub(super) depth: Depth,
}
