//! What the macros of all suites share.

/// Stamps one test per promise into a module named after the suite.
#[doc(hidden)]
#[macro_export]
macro_rules! stamp {
    ($suite:ident, $make:expr, [$($promise:ident),+ $(,)?]) => {
        mod $suite {
            #[allow(unused_imports, reason = "the path to the stores may be absolute")]
            use super::*;

            $(
                #[test]
                fn $promise() {
                    $crate::run($make, $crate::$suite::$promise);
                }
            )+
        }
    };
}

/// Stamps one test per promise of a suite whose promises make what they need by themselves, from the type of a probe.
#[doc(hidden)]
#[macro_export]
macro_rules! stamp_on {
    ($suite:ident, $probe:ty, [$($promise:ident),+ $(,)?]) => {
        $(
            #[test]
            fn $promise() {
                $crate::run_alone($crate::$suite::$promise::<$probe>());
            }
        )+
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The suite's file with the list of promises, and the files that hold them.
    const SUITES: [(&str, &[&str]); 22] = [
        (
            include_str!("accounts/mod.rs"),
            &[
                include_str!("accounts/register.rs"),
                include_str!("accounts/refusals.rs"),
                include_str!("accounts/races.rs"),
                include_str!("accounts/lookups.rs"),
                include_str!("accounts/anonymous.rs"),
                include_str!("accounts/blocked.rs"),
                include_str!("accounts/change.rs"),
                include_str!("accounts/change_refusals.rs"),
                include_str!("accounts/change_races.rs"),
                include_str!("accounts/delete.rs"),
                include_str!("accounts/renew.rs"),
                include_str!("accounts/told.rs"),
                include_str!("accounts/recovery.rs"),
            ],
        ),
        (include_str!("handlers.rs"), &[include_str!("handlers.rs")]),
        (include_str!("identifiers/mod.rs"), &[include_str!("identifiers/mod.rs")]),
        (include_str!("limits/mod.rs"), &[include_str!("limits/one.rs"), include_str!("limits/together.rs")]),
        (include_str!("known_devices.rs"), &[include_str!("known_devices.rs")]),
        (include_str!("messages/mod.rs"), &[include_str!("messages/mod.rs"), include_str!("messages/places.rs")]),
        (
            include_str!("outbox/mod.rs"),
            &[
                include_str!("outbox/told.rs"),
                include_str!("outbox/claims.rs"),
                include_str!("outbox/order.rs"),
                include_str!("outbox/races.rs"),
                include_str!("outbox/dead_letters.rs"),
                include_str!("outbox/subscriptions.rs"),
            ],
        ),
        (include_str!("proofs.rs"), &[include_str!("proofs.rs")]),
        (include_str!("provider_flows.rs"), &[include_str!("provider_flows.rs")]),
        (include_str!("providers/mod.rs"), &[include_str!("providers/mod.rs")]),
        (include_str!("puzzles.rs"), &[include_str!("puzzles.rs")]),
        (include_str!("rules.rs"), &[include_str!("rules.rs")]),
        (include_str!("scenarios/mod.rs"), &[include_str!("scenarios/mod.rs")]),
        (include_str!("senders/mod.rs"), &[include_str!("senders/mod.rs")]),
        (include_str!("senders/remote.rs"), &[include_str!("senders/remote.rs")]),
        (
            include_str!("users/mod.rs"),
            &[
                include_str!("users/create.rs"),
                include_str!("users/hashes.rs"),
                include_str!("users/import.rs"),
                include_str!("users/list.rs"),
                include_str!("users/set_status.rs"),
            ],
        ),
        (
            include_str!("vouchers/mod.rs"),
            &[
                include_str!("vouchers/spent.rs"),
                include_str!("vouchers/refused.rs"),
                include_str!("vouchers/unspent.rs"),
            ],
        ),
        (include_str!("admin_keys.rs"), &[include_str!("admin_keys.rs")]),
        (include_str!("events/mod.rs"), &[include_str!("events/mod.rs"), include_str!("events/forward.rs")]),
        (include_str!("upkeep.rs"), &[include_str!("upkeep.rs")]),
        (
            include_str!("sessions/mod.rs"),
            &[
                include_str!("sessions/begin.rs"),
                include_str!("sessions/begin_races.rs"),
                include_str!("sessions/end.rs"),
                include_str!("sessions/list.rs"),
                include_str!("sessions/presence.rs"),
                include_str!("sessions/repeat.rs"),
                include_str!("sessions/rotate.rs"),
                include_str!("sessions/rotate_clients.rs"),
                include_str!("sessions/rotate_places.rs"),
                include_str!("sessions/rotate_races.rs"),
            ],
        ),
        (
            include_str!("verifications/mod.rs"),
            &[
                include_str!("verifications/requests.rs"),
                include_str!("verifications/shares.rs"),
                include_str!("verifications/budgets.rs"),
                include_str!("verifications/races.rs"),
                include_str!("verifications/tries.rs"),
                include_str!("verifications/proving.rs"),
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
}
