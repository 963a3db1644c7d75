//! Refreshing as it happens in practice: in parallel, late, repeatedly because a response was lost, with
//! a thief's copy, while processes restart and clocks jump. Random schedules are run on the store and on
//! a small reference model, which was written from the wording of the promise and not from the rule that
//! adapters use. In addition, three properties are checked from what each party sees:
//!
//! - no honest client is logged out inside the grace;
//! - every thief is caught outside it: as soon as both have used their copies, the session ends;
//! - at most one generation of a session is live.
//!
//! The seed determines a schedule except for the order in which the store serves concurrent calls;
//! there the model accepts every order. A failure names the seed and prints the schedule. To run one
//! again, stamp `auth_contracts::refresh_model!(make_stores, 17..18);`.

pub mod model;

mod parties;
mod schedule;
mod settle;

use std::ops::Range;

use crate::{Stores, race};

/// How many schedules are run concurrently, each with a user of its own.
const LANES: u64 = 4;
/// How many schedules are run on the same stores. A store of a test need not be fast when there is much in it.
const ON_ONE_STORE: usize = 100;

/// Stamps the model into an adapter's tests. The first argument is an async function that makes fresh
/// [`Stores`] and a guard, the second the range of seeds.
#[macro_export]
macro_rules! refresh_model {
    ($make:expr, $seeds:expr) => {
        mod refresh_model {
            #[allow(unused_imports, reason = "the path to the stores may be absolute")]
            use super::*;

            #[test]
            fn every_schedule_keeps_to_the_model() {
                for seeds in $crate::refresh_model::parts($seeds) {
                    $crate::run($make, async |stores| {
                        $crate::refresh_model::every_schedule_keeps_to_the_model(stores, seeds).await;
                    });
                }
            }
        }
    };
}

/// The seeds in parts, each for stores of its own.
pub fn parts(seeds: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let end = seeds.end;
    seeds.step_by(ON_ONE_STORE).map(move |start| start..end.min(start + ON_ONE_STORE as u64))
}

/// Runs the schedules of these seeds.
pub async fn every_schedule_keeps_to_the_model(stores: Stores, seeds: Range<u64>) {
    let lanes = (0..LANES).map(|lane| {
        let (stores, seeds) = (stores.clone(), seeds.clone());
        async move {
            for seed in seeds.filter(|seed| seed % LANES == lane) {
                schedule::play(stores.clone(), seed).await;
            }
        }
    });
    race(lanes).await;
}
