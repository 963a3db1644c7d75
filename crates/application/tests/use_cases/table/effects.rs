//! Changes in the stores.

use std::collections::{BTreeMap, HashSet};

use auth_domain::accounts::{Account, UserId};
use auth_domain::events::EventKind;
use auth_domain::messages::QueuedMessage;
use auth_domain::proofs::{Proof, ProofHash, ProofState};
use auth_domain::sessions::SessionId;
use auth_domain::verifications::{Verification, VerificationId};
use auth_ports::{Clock as _, SessionStore as _};
use uuid::Uuid;

use crate::world::{World, at_once};

/// How much has changed in the stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effects {
    /// Accounts that were created.
    pub(crate) made: usize,
    /// Accounts that were changed.
    pub(crate) changed: usize,
    /// Accounts that were deleted.
    pub(crate) gone: usize,
    /// Sessions that began.
    pub(crate) begun: usize,
    /// Sessions that were alive and no longer are.
    pub(crate) ended: usize,
    /// Proofs that were created.
    pub(crate) proven: usize,
    /// Proofs that were spent.
    pub(crate) spent: usize,
    /// Verifications that were created.
    pub(crate) verifications: usize,
    /// Messages that were queued.
    pub(crate) queued: usize,
    /// Events that were recorded, in this order.
    pub(crate) events: &'static [EventKind],
}

/// No changes.
pub(crate) const NOTHING: Effects = Effects {
    made: 0,
    changed: 0,
    gone: 0,
    begun: 0,
    ended: 0,
    proven: 0,
    spent: 0,
    verifications: 0,
    queued: 0,
    events: &[],
};

/// The content of the stores.
pub(super) struct Snapshot {
    accounts: BTreeMap<UserId, Account>,
    sessions: HashSet<SessionId>,
    live: HashSet<SessionId>,
    proofs: Vec<Proof>,
    verifications: Vec<Verification>,
    queued: Vec<QueuedMessage>,
    events: Vec<(Uuid, EventKind)>,
}

impl Snapshot {
    pub(super) fn of(world: &World) -> Self {
        let stores = &world.stores;
        let accounts: BTreeMap<_, _> = stores.accounts().into_iter().map(|account| (account.id, account)).collect();
        let sessions = accounts.keys().flat_map(|user| stores.sessions_of(*user)).map(|session| session.id).collect();
        let live = |user: &UserId| at_once(stores.list(*user, world.clock.now())).expect("memory answers");
        Self {
            live: accounts.keys().flat_map(live).map(|session| session.id).collect(),
            accounts,
            sessions,
            proofs: stores.proofs(),
            verifications: stores.verifications(),
            queued: stores.queued(),
            events: stores.events().into_iter().map(|event| (event.id, event.kind)).collect(),
        }
    }

    /// Fails if anything else has changed since.
    pub(super) fn expect(&self, world: &World, effects: &Effects) {
        let now = Self::of(world);
        let events = now.events.iter().filter(|event| !self.events.contains(event));
        let events: Vec<EventKind> = events.map(|(_, kind)| *kind).collect();
        let (counted, recorded) = (Effects { events: &[], ..*effects }, effects.events);
        assert_eq!((self.counted_until(&now), events.as_slice()), (counted, recorded), "what has changed");
    }

    fn counted_until(&self, now: &Self) -> Effects {
        Effects {
            made: now.accounts.keys().filter(|user| !self.accounts.contains_key(user)).count(),
            changed: self.accounts.iter().filter(|(user, was)| now.is_other(**user, was)).count(),
            gone: self.accounts.keys().filter(|user| !now.accounts.contains_key(user)).count(),
            begun: now.sessions.difference(&self.sessions).count(),
            ended: self.live.difference(&now.live).count(),
            proven: now.proofs.iter().filter(|proof| self.proof(&proof.hash).is_none()).count(),
            spent: now.proofs.iter().filter(|proof| is_spent(proof) && !self.has_spent(&proof.hash)).count(),
            verifications: now.verifications.iter().filter(|one| !self.has_verification(one.id)).count(),
            queued: now.queued.iter().filter(|one| !self.queued.iter().any(|held| held.id == one.id)).count(),
            events: &[],
        }
    }

    fn is_other(&self, user: UserId, was: &Account) -> bool {
        self.accounts.get(&user).is_some_and(|is| is != was)
    }

    fn proof(&self, hash: &ProofHash) -> Option<&Proof> {
        self.proofs.iter().find(|proof| proof.hash == *hash)
    }

    fn has_spent(&self, hash: &ProofHash) -> bool {
        self.proof(hash).is_some_and(is_spent)
    }

    fn has_verification(&self, id: VerificationId) -> bool {
        self.verifications.iter().any(|held| held.id == id)
    }
}

fn is_spent(proof: &Proof) -> bool {
    matches!(proof.state, ProofState::Spent(_))
}
