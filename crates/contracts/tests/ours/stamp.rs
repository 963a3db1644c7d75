//! No promise is forgotten.

use std::collections::BTreeSet;

/// The suite's file with the list of promises, and the files that hold them.
const SUITES: &[(&str, &[&str])] = &[
    (
        include_str!("../../src/accounts/mod.rs"),
        &[
            include_str!("../../src/accounts/register.rs"),
            include_str!("../../src/accounts/refusals.rs"),
            include_str!("../../src/accounts/races.rs"),
            include_str!("../../src/accounts/lookups.rs"),
            include_str!("../../src/accounts/anonymous.rs"),
            include_str!("../../src/accounts/blocked.rs"),
            include_str!("../../src/accounts/change.rs"),
            include_str!("../../src/accounts/change_refusals.rs"),
            include_str!("../../src/accounts/change_races.rs"),
            include_str!("../../src/accounts/delete.rs"),
            include_str!("../../src/accounts/renew.rs"),
            include_str!("../../src/accounts/told.rs"),
            include_str!("../../src/accounts/recovery.rs"),
        ],
    ),
    (include_str!("../../src/handlers.rs"), &[include_str!("../../src/handlers.rs")]),
    (include_str!("../../src/identifiers/mod.rs"), &[include_str!("../../src/identifiers/mod.rs")]),
    (
        include_str!("../../src/limits/mod.rs"),
        &[include_str!("../../src/limits/one.rs"), include_str!("../../src/limits/together.rs")],
    ),
    (include_str!("../../src/known_devices.rs"), &[include_str!("../../src/known_devices.rs")]),
    (include_str!("../../src/messages.rs"), &[include_str!("../../src/messages.rs")]),
    (
        include_str!("../../src/outbox/mod.rs"),
        &[
            include_str!("../../src/outbox/told.rs"),
            include_str!("../../src/outbox/claims.rs"),
            include_str!("../../src/outbox/order.rs"),
            include_str!("../../src/outbox/races.rs"),
            include_str!("../../src/outbox/dead_letters.rs"),
            include_str!("../../src/outbox/subscriptions.rs"),
        ],
    ),
    (include_str!("../../src/proofs.rs"), &[include_str!("../../src/proofs.rs")]),
    (include_str!("../../src/provider_flows.rs"), &[include_str!("../../src/provider_flows.rs")]),
    (include_str!("../../src/providers/mod.rs"), &[include_str!("../../src/providers/mod.rs")]),
    (include_str!("../../src/puzzles.rs"), &[include_str!("../../src/puzzles.rs")]),
    (include_str!("../../src/rules.rs"), &[include_str!("../../src/rules.rs")]),
    (include_str!("../../src/scenarios/mod.rs"), &[include_str!("../../src/scenarios/mod.rs")]),
    (include_str!("../../src/senders/mod.rs"), &[include_str!("../../src/senders/mod.rs")]),
    (include_str!("../../src/senders/remote.rs"), &[include_str!("../../src/senders/remote.rs")]),
    (
        include_str!("../../src/users/mod.rs"),
        &[
            include_str!("../../src/users/create.rs"),
            include_str!("../../src/users/hashes.rs"),
            include_str!("../../src/users/import.rs"),
            include_str!("../../src/users/list.rs"),
            include_str!("../../src/users/set_status.rs"),
        ],
    ),
    (
        include_str!("../../src/vouchers/mod.rs"),
        &[
            include_str!("../../src/vouchers/spent.rs"),
            include_str!("../../src/vouchers/refused.rs"),
            include_str!("../../src/vouchers/unspent.rs"),
        ],
    ),
    (include_str!("../../src/admin_keys.rs"), &[include_str!("../../src/admin_keys.rs")]),
    (include_str!("../../src/client_keys.rs"), &[include_str!("../../src/client_keys.rs")]),
    (
        include_str!("../../src/events/mod.rs"),
        &[include_str!("../../src/events/mod.rs"), include_str!("../../src/events/forward.rs")],
    ),
    (include_str!("../../src/upkeep.rs"), &[include_str!("../../src/upkeep.rs")]),
    (
        include_str!("../../src/sessions/mod.rs"),
        &[
            include_str!("../../src/sessions/begin.rs"),
            include_str!("../../src/sessions/begin_races.rs"),
            include_str!("../../src/sessions/end.rs"),
            include_str!("../../src/sessions/list.rs"),
            include_str!("../../src/sessions/presence.rs"),
            include_str!("../../src/sessions/repeat.rs"),
            include_str!("../../src/sessions/rotate.rs"),
            include_str!("../../src/sessions/rotate_clients.rs"),
            include_str!("../../src/sessions/rotate_places.rs"),
            include_str!("../../src/sessions/rotate_races.rs"),
        ],
    ),
    (
        include_str!("../../src/verifications/mod.rs"),
        &[
            include_str!("../../src/verifications/requests.rs"),
            include_str!("../../src/verifications/shares.rs"),
            include_str!("../../src/verifications/budgets.rs"),
            include_str!("../../src/verifications/races.rs"),
            include_str!("../../src/verifications/tries.rs"),
            include_str!("../../src/verifications/proving.rs"),
        ],
    ),
];

#[test]
fn every_promise_is_stamped() {
    for (list, files) in SUITES {
        let listed: BTreeSet<_> = stamped(list).collect();
        let written: BTreeSet<_> = files.iter().flat_map(|file| promises(file)).collect();
        assert_eq!(listed, written, "left: stamped, right: written");
        assert_eq!(listed.len(), stamped(list).count(), "a promise is stamped twice");
    }
}

fn stamped(list: &str) -> impl Iterator<Item = &str> {
    let parts = list.split_once("$make,").or_else(|| list.split_once("$probe,"));
    let rest = parts.expect("the suite's macro").1;
    let names = rest.split_once('[').and_then(|(_, rest)| rest.split_once(']')).expect("its list").0;
    names.lines().map(str::trim).filter_map(|line| line.strip_suffix(','))
}

fn promises(file: &str) -> impl Iterator<Item = &str> {
    file.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split(['(', '<']).next())
}
