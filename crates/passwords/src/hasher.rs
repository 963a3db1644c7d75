//! The adapter of the port: Argon2id behind the gate.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc;
use argon2::{ARGON2ID_IDENT, Algorithm, Params, Version};
use async_trait::async_trait;
use auth_domain::credentials::{Password, PasswordHash};
use auth_ports::{
    Entropy, Failure, HashAsker, KeptPlace, PasswordHashReader, PasswordHasher, UnreadableHash, Verdict, draw,
};
use thiserror::Error;
use tokio::time::Instant;

use crate::costs::Costs;
use crate::foreign;
use crate::formats::{self, StoredHash};
use crate::gate::Gate;
use crate::memory::{Memory, MemoryPool};
use crate::recipe::Recipe;

/// What a hash costs, and how many may be computed.
///
/// The memory in use is at most `max_concurrent` times `memory_kib`, or `max_concurrent` times 256 MiB while imported
/// hashes are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HasherSettings {
    /// Argon2id's `m`, in KiB; at least 8 times `parallelism`.
    pub memory_kib: u32,
    /// Argon2id's `t`; at least 1.
    pub iterations: u32,
    /// Argon2id's `p`, the number of lanes (which are computed one after the other); at least 1.
    pub parallelism: u32,
    /// Hashes that are computed at once; at least 1. More than there are cores only costs memory.
    pub max_concurrent: usize,
    /// Callers that may wait for their turn; 0 for none.
    pub max_queued: usize,
    /// How far hashing gives way to everything else that the processors could do, 0 (not at all) to 19, on Linux: what is
    /// added to the nice value of the threads that hash.
    pub niceness: u8,
}

/// A hash then gets a quarter of a processor that something else needs as well, and all of one that nothing else needs. So
/// requests without a password hardly notice those with one, and passwords still get on where the machine is never idle:
/// with 10, while a flood was refused on both processors, they took 2 s and more (`just bench flood`).
const NICENESS: u8 = 5;

impl HasherSettings {
    /// The parameters that the OWASP Password Storage Cheat Sheet recommends (19 MiB, 2, 1), one hash per core at
    /// once, and 64 waiting callers per core, which is about a second's work.
    #[must_use]
    pub fn for_cores(cores: usize) -> Self {
        let cores = cores.max(1);
        Self {
            memory_kib: 19_456,
            iterations: 2,
            parallelism: 1,
            max_concurrent: cores,
            max_queued: 64 * cores,
            niceness: NICENESS,
        }
    }
}

/// Why there is no hasher.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HasherSettingsError {
    /// Argon2 is not defined for the parameters.
    #[error("password hashing: {0}")]
    Parameters(argon2::Error),
    /// Hashes with these parameters would be refused when they are read back.
    #[error("password hashing: at most 262144 KiB, 10 iterations and 16 lanes")]
    TooExpensive,
    /// No hash could ever be computed.
    #[error("password hashing: max_concurrent must be at least 1")]
    NoPermits,
}

/// Hashes with Argon2id, and checks hashes of every format that this crate reads. Everything in a process should share
/// one behind an `Arc`, because the bounds are those of the object.
pub struct Argon2Hasher {
    recipe: Arc<Recipe>,
    gate: Arc<Gate>,
    memories: Arc<MemoryPool>,
    /// The hash of a password that nobody knows. It is computed for unknown users.
    dummy: Arc<dyn StoredHash>,
    /// What it costs.
    usual: Arc<str>,
    costs: Arc<Costs>,
    entropy: Arc<dyn Entropy>,
}

impl Argon2Hasher {
    /// Makes a hasher. This computes one hash, which takes as long as any other.
    ///
    /// # Errors
    /// [`HasherSettingsError`].
    pub fn new(settings: &HasherSettings, entropy: Arc<dyn Entropy>) -> Result<Self, HasherSettingsError> {
        if settings.max_concurrent == 0 {
            return Err(HasherSettingsError::NoPermits);
        }
        let params = Params::new(settings.memory_kib, settings.iterations, settings.parallelism, None)
            .map_err(HasherSettingsError::Parameters)?;
        let recipe = Recipe::new(Algorithm::Argon2id, Version::V0x13, params);
        let started = Instant::now();
        let memories = MemoryPool::new(recipe.params().block_count());
        let nobody = draw::<32>(entropy.as_ref());
        // In memory of its own, which goes back to the system, so that a service that hashes nothing keeps none.
        let dummy = hash(&recipe, &nobody, entropy.as_ref(), &mut Memory::default())
            .map_err(|_| HasherSettingsError::TooExpensive)?;
        let dummy = PasswordHash::new(dummy);
        let usual = Arc::from(dummy.cost());
        let dummy = formats::read(dummy.as_str()).ok_or(HasherSettingsError::TooExpensive)?.into();
        let HasherSettings { max_concurrent, max_queued, niceness, .. } = *settings;
        let gate = Gate::new(max_concurrent, max_queued, niceness, started.elapsed());
        let (recipe, gate, memories) = (Arc::new(recipe), Arc::new(gate), Arc::new(memories));
        Ok(Self { recipe, gate, memories, dummy, usual, costs: Arc::default(), entropy })
    }
}

impl Argon2Hasher {
    /// What the hashes cost that are made today ([`PasswordHash::cost`]).
    #[must_use]
    pub fn usual_cost(&self) -> &str {
        &self.usual
    }

    /// Tells `watch` of each hash from now on: how long it waited for its turn, and how long it took. Only the first call
    /// counts.
    pub fn watch(&self, watch: impl Fn(Duration, Duration) + Send + Sync + 'static) {
        self.gate.watch(watch);
    }

    /// How many hashes wait, and how many are computed.
    #[must_use]
    pub fn occupied(&self) -> (usize, usize) {
        self.gate.occupied()
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    fn keep_place(&self, asker: HashAsker) -> Result<KeptPlace, Failure> {
        self.gate.keep_place(asker)
    }

    async fn hash(&self, password: Password, asker: HashAsker) -> Result<PasswordHash, Failure> {
        let (recipe, entropy) = (Arc::clone(&self.recipe), Arc::clone(&self.entropy));
        let memories = Arc::clone(&self.memories);
        let compute =
            move || memories.lend(|memory| hash(&recipe, password.expose().as_bytes(), entropy.as_ref(), memory));
        let text = self.gate.run(asker, compute).await?;
        text.map(PasswordHash::new).map_err(Failure::internal)
    }

    async fn verify(
        &self,
        password: Password,
        stored: Option<PasswordHash>,
        asker: HashAsker,
    ) -> Result<Verdict, Failure> {
        let (dummy, recipe) = (Arc::clone(&self.dummy), Arc::clone(&self.recipe));
        let (usual, costs) = (Arc::clone(&self.usual), Arc::clone(&self.costs));
        let memories = Arc::clone(&self.memories);
        let compare = move || {
            let began = Instant::now();
            let readable = stored.as_ref().and_then(|hash| formats::read(hash.as_str()));
            let cost = stored.as_ref().filter(|_| readable.is_some()).map_or(&*usual, PasswordHash::cost);
            let password = password.expose().as_bytes();
            let verdict =
                memories.lend(|memory| verdict(readable.as_deref(), dummy.as_ref(), recipe.params(), password, memory));
            costs.learn(cost, began.elapsed() * readable.map_or(1, |hash| hash.stretch(password.len())));
            (verdict, began)
        };
        let (verdict, began) = self.gate.run(asker, compare).await?;
        if verdict == Verdict::Differs
            && let Some(at) = self.costs.refused_at(began, Instant::now())
        {
            tokio::time::sleep_until(at).await;
        }
        Ok(verdict)
    }
}

impl PasswordHashReader for Argon2Hasher {
    fn read(&self, exported: &str) -> Result<PasswordHash, UnreadableHash> {
        foreign::read(exported)
    }
}

impl std::fmt::Debug for Argon2Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Argon2Hasher").field("params", self.recipe.params()).finish_non_exhaustive()
    }
}

/// Makes a new hash with a salt of 16 octets, in PHC string format.
fn hash(recipe: &Recipe, password: &[u8], entropy: &dyn Entropy, memory: &mut Memory) -> Result<String, HashFailure> {
    let (salt, mut output) = (draw::<16>(entropy), [0; Params::DEFAULT_OUTPUT_LEN]);
    recipe.derive(password, &salt, &mut output, memory)?;
    let hash = phc::PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: phc::ParamsString::try_from(recipe.params())?,
        salt: Some(phc::Salt::new(&salt)?),
        hash: Some(phc::Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// Why a hash could not be computed or written down.
#[derive(Debug, Error)]
enum HashFailure {
    #[error(transparent)]
    Argon2(#[from] argon2::Error),
    #[error(transparent)]
    Phc(#[from] phc::Error),
    #[error(transparent)]
    Params(#[from] argon2::password_hash::Error),
}

/// Computes exactly one hash, whatever is given.
fn verdict(
    stored: Option<&dyn StoredHash>,
    dummy: &dyn StoredHash,
    today: &Params,
    password: &[u8],
    memory: &mut Memory,
) -> Verdict {
    let matches = stored.unwrap_or(dummy).matches(password, memory);
    match stored {
        Some(stored) if matches && stored.is_current(today) => Verdict::Matches,
        Some(_) if matches => Verdict::MatchesOutdated,
        _ => Verdict::Differs,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Fixed;

    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    /// Answers as it is told to, and counts how often it was asked.
    struct Counted {
        matches: bool,
        current: bool,
        asked: AtomicUsize,
    }

    impl StoredHash for Counted {
        fn matches(&self, _: &[u8], _: &mut Memory) -> bool {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.matches
        }

        fn is_current(&self, _: &Params) -> bool {
            self.current
        }
    }

    fn counted(matches: bool, current: bool) -> Counted {
        Counted { matches, current, asked: AtomicUsize::new(0) }
    }

    fn settings() -> HasherSettings {
        HasherSettings { memory_kib: 64, iterations: 1, ..HasherSettings::for_cores(1) }
    }

    #[test]
    fn known_and_unknown_users_cost_one_hash_each() {
        let today = Params::default();
        for (matches, current, expected) in [
            (true, true, Verdict::Matches),
            (true, false, Verdict::MatchesOutdated),
            (false, true, Verdict::Differs),
            (false, false, Verdict::Differs),
        ] {
            let (stored, dummy) = (counted(matches, current), counted(true, true));
            assert_eq!(verdict(Some(&stored), &dummy, &today, b"", &mut Memory::default()), expected);
            assert_eq!((stored.asked.into_inner(), dummy.asked.into_inner()), (1, 0));
        }
        let dummy = counted(true, true);
        assert_eq!(
            verdict(None, &dummy, &today, b"", &mut Memory::default()),
            Verdict::Differs,
            "whatever the dummy says"
        );
        assert_eq!(dummy.asked.into_inner(), 1);
    }

    #[test]
    fn the_dummy_costs_what_a_hash_of_today_costs() {
        for settings in [settings(), HasherSettings { iterations: 3, parallelism: 2, ..settings() }] {
            let hasher = Argon2Hasher::new(&settings, Arc::new(Fixed)).unwrap();
            assert!(hasher.dummy.is_current(hasher.recipe.params()), "{settings:?}");
        }
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        let refused = |settings: HasherSettings| Argon2Hasher::new(&settings, Arc::new(Fixed)).err();
        let parameters = |error: &Option<_>| matches!(error, Some(HasherSettingsError::Parameters(_)));
        assert_eq!(refused(HasherSettings { max_concurrent: 0, ..settings() }), Some(HasherSettingsError::NoPermits));
        assert!(parameters(&refused(HasherSettings { memory_kib: 7, ..settings() })));
        assert!(parameters(&refused(HasherSettings { iterations: 0, ..settings() })));
        assert!(parameters(&refused(HasherSettings { parallelism: 0, ..settings() })));
        for dear in [
            HasherSettings { iterations: 11, ..settings() },
            HasherSettings { parallelism: 17, memory_kib: 256, ..settings() },
        ] {
            assert_eq!(refused(dear), Some(HasherSettingsError::TooExpensive));
        }
    }

    #[test]
    fn defaults_are_the_decided_ones() {
        let settings = HasherSettings::for_cores(4);
        assert_eq!((settings.memory_kib, settings.iterations, settings.parallelism), (19_456, 2, 1));
        assert_eq!((settings.max_concurrent, settings.max_queued), (4, 256));
        assert_eq!(HasherSettings::for_cores(0).max_concurrent, 1);
    }
}
