//! Measuring hashes: one of each cost is checked.

use std::sync::atomic::Ordering;

use auth_contracts::samples::SampleAccount;
use auth_domain::credentials::PasswordHash;

use crate::fakes::{hash_of, outdated_hash_of};
use crate::world::{PASSWORD, World, at_once};

#[test]
fn one_hash_of_each_cost_is_checked() {
    let world = World::new();
    for hash in [hash_of(PASSWORD), hash_of(PASSWORD), outdated_hash_of(PASSWORD)] {
        let mut sample = SampleAccount::new().with_email();
        sample.account.password = Some(hash);
        world.person(sample);
    }
    let measured = |usual: &str| at_once(world.measure_hashes(usual).measure()).expect("nothing fails");
    assert_eq!(measured(PasswordHash::DEFAULT_COST), 2);
    assert_eq!(measured(hash_of(PASSWORD).cost()), 1, "all but the usual cost");
    assert_eq!(world.hasher.checks.load(Ordering::Relaxed), 3);
}

#[test]
fn a_failure_is_told() {
    let world = World::new();
    world.ann();
    let usual = PasswordHash::DEFAULT_COST;
    at_once(world.without(|ports| &ports.users).measure_hashes(usual).measure()).expect_err("the users are away");
    world.mend();
    world.hasher.overloaded.store(true, Ordering::Relaxed);
    at_once(world.measure_hashes(usual).measure()).expect_err("too much to hash");
}
