//! Checking a code while a store is away.

use super::{Rows, after_wrong, right, run, wrong};
use crate::table::Expected::{Failed, Undecided};
use crate::table::{NOTHING, check};

#[test]
fn a_failure_costs_a_try_at_most() {
    check(FAILING, run);
}

const FAILING: Rows = &[
    (
        "the verifications are away",
        |world| {
            let request = after_wrong(world, 4, right(world));
            world.without(|ports| &ports.verifications);
            request
        },
        Failed,
        NOTHING,
    ),
    (
        "the verifications are away by the time the proof is stored",
        |world| {
            let request = after_wrong(world, 3, right(world));
            world.meanwhile(|world| world.ports.verifications.set_failing(true));
            request
        },
        Failed,
        NOTHING,
    ),
    (
        "the same at the last try, which is counted",
        |world| {
            let request = after_wrong(world, 4, right(world));
            world.meanwhile(|world| world.ports.verifications.set_failing(true));
            request
        },
        Undecided,
        NOTHING,
    ),
    (
        "the accounts are away, and it is wrong",
        |world| {
            let request = wrong(right(world));
            world.without(|ports| &ports.accounts);
            request
        },
        Undecided,
        NOTHING,
    ),
    (
        "the events are away, and it is wrong",
        |world| {
            let request = wrong(right(world));
            world.without(|ports| &ports.events);
            request
        },
        Undecided,
        NOTHING,
    ),
];
