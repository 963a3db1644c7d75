//! What tests are made of: clock, entropy and samples.

use std::collections::HashSet;
use std::time::Duration;

use auth_contracts::samples::{SampleAccount, sample_username};
use auth_contracts::{CountingEntropy, ManualClock, ScriptedEntropy, samples};
use auth_domain::accounts::AccountIdentifier;
use auth_ports::{Clock as _, draw};
use chrono::TimeDelta;

#[test]
fn counting_never_repeats() {
    let entropy = CountingEntropy::new();
    assert_eq!(draw::<4>(&entropy), [0, 0, 0, 1]);
    assert_eq!(draw::<4>(&entropy.clone()), [0, 0, 0, 2]);
    assert_eq!(draw::<16>(&entropy)[14..], [0, 3]);
}

#[test]
fn scripts_go_by_length() {
    let entropy = ScriptedEntropy::new().then(&[7; 4]).then(&[7; 4]).then(&[8; 16]);
    assert_eq!(draw::<4>(&entropy), [7; 4]);
    assert_eq!(draw::<32>(&entropy)[31], 1);
    assert_eq!(draw::<4>(&entropy), [7; 4]);
    assert_eq!(draw::<16>(&entropy), [8; 16]);
    assert_eq!(draw::<4>(&entropy), [0, 0, 0, 2]);
}

#[test]
fn a_clock_moves_only_when_told() {
    let clock = ManualClock::new();
    assert_eq!(clock.now(), samples::start());
    clock.clone().advance(TimeDelta::seconds(3));
    assert_eq!(clock.now(), samples::at(3));
    clock.set(samples::at(1));
    assert_eq!(clock.now(), samples::at(1));
    assert_eq!(clock.monotonic(), Duration::from_secs(3), "no time passes when a clock is set");
}

#[test]
fn no_two_samples_share_a_part() {
    let samples: Vec<_> = (0..200)
        .map(|_| SampleAccount::new().with_email().with_phone_number().with_username(&sample_username()).account)
        .collect();
    let ids: HashSet<_> = samples.iter().map(|account| account.id).collect();
    let sessions: HashSet<_> = samples.iter().map(|account| account.session.id).collect();
    let names: HashSet<_> = samples.iter().flat_map(|account| &account.identifiers).map(named).collect();
    assert_eq!((ids.len(), sessions.len(), names.len()), (200, 200, 600));
}

fn named(held: &AccountIdentifier) -> &str {
    held.identifier.canonical()
}
