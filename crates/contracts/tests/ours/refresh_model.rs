//! What the reference model of refreshing says.

use auth_contracts::refresh_model::model::{Model, Told, after};
use auth_contracts::samples::at;
use chrono::TimeDelta;

const GRACE: TimeDelta = TimeDelta::seconds(10);

#[test]
fn a_used_token_is_good_for_its_grace_and_no_longer() {
    let mut model = Model::new(at(1_000));
    for (generation, second, told) in [
        (0, 0, Told::Successor),
        (0, 9, Told::Successor),
        (1, 20, Told::Successor),
        (3, 20, Told::Nothing),
        (1, 29, Told::Successor),
        (1, 30, Told::Replay),
        (2, 30, Told::Nothing),
    ] {
        assert_eq!(model.present(generation, GRACE, at(second)), told, "generation {generation} at {second}");
    }
}

#[test]
fn a_use_that_a_clock_put_ahead_counts_from_the_next_one() {
    let mut model = Model::new(at(10_000));
    for (second, told) in [
        (5_000, Told::Successor),
        (40, Told::Successor),
        (49, Told::Successor),
        (50, Told::Replay),
        (40, Told::Nothing),
    ] {
        assert_eq!(model.present(0, GRACE, at(second)), told, "at {second}");
    }
}

#[test]
fn only_an_order_that_explains_what_was_told_is_accepted() {
    let fresh = [Model::new(at(1_000))];
    let uses = |first, second| [(0, at(0), first), (1, at(0), second)];
    for (first, second, states) in [
        // The first token is used first, then its successor.
        (Told::Successor, Told::Successor, 1),
        // The successor is used before it was made: it is unknown, and the first token is good.
        (Told::Successor, Told::Nothing, 1),
        (Told::Nothing, Told::Successor, 0),
        (Told::Replay, Told::Successor, 0),
    ] {
        assert_eq!(after(&fresh, &uses(first, second), GRACE).len(), states, "{first:?}, {second:?}");
    }
}
