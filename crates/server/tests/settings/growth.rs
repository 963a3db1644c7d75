//! The numbers of `docs/growth.md`, computed from the settings.

use auth_domain::limits::Quota;

use super::load;

const PAPER: &str = include_str!("../../../../docs/growth.md");
const HOUR: i64 = 3_600;

/// What a quota allows in an hour: so many times as much as it says at once, and as much again in each of its periods.
fn in_an_hour(quota: Option<Quota>, times: u32) -> i64 {
    let quota = quota.expect("limits are on");
    i64::from(quota.burst * times) + i64::from(quota.burst) * HOUR / quota.per.num_seconds()
}

/// The line of a table that is about this.
fn line(what: &str) -> &'static str {
    let line = PAPER.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{what}`")));
    line.unwrap_or_else(|| panic!("no line about {what}"))
}

fn assert_says(what: &str, number: i64) {
    let line = line(what);
    let is_said = [format!("| {number} |"), format!("| {number} each |")].iter().any(|cell| line.contains(cell));
    assert!(is_said, "{number} in {line}");
}

#[test]
fn the_paper_says_what_the_defaults_allow() {
    let settings = load(&[("AUTH_PROFILE", "local")]).expect("defaults");
    let limits = &settings.limits;
    let tries = i64::from(settings.verification.policy(true, 1).max_tries);
    let [codes, tokens, hashes, anonymous, edits, repeats, requests] = [
        ("limits.sends_per_network", limits.sends_per_network()),
        ("limits.provider_tokens_per_network", limits.provider_tokens_per_network()),
        ("limits.password_tries_per_network", limits.hashes_per_network()),
        ("limits.anonymous_sign_ins_per_network", limits.anonymous_sign_ins_per_network()),
        ("limits.edits_per_network", limits.edits_per_network()),
        ("limits.repeats_per_network", limits.repeats_per_network()),
        ("limits.writes_per_network", limits.writes_per_network()),
    ]
    .map(|(setting, quota)| {
        // Each process counts requests for itself, before anybody is asked to pass the gate.
        let times = if setting == "limits.writes_per_network" { 1 } else { limits.hard_factor };
        let allowed = in_an_hour(quota, times);
        assert_says(setting, allowed);
        allowed
    });
    // The bot gate asks nobody beyond this limit for another pass, so it is no deeper than the setting says.
    let puzzles = in_an_hour(Some(settings.captcha.puzzles_per_network()), 1);
    assert_says("captcha.puzzles_per_network", puzzles);
    let proven = codes + tokens;
    // What a code or a token of a third party is exchanged for is another proof.
    let proofs = 2 * proven + hashes + repeats;
    let sessions = proven + hashes + repeats + anonymous;
    let events = 2 * sessions + codes * tries + proven + 5 * edits + proofs + 2 * tokens;
    // A puzzle that is answered is counted, and so is the pass that it earns.
    let counters = 9 * hashes + 7 * codes + 2 * puzzles + edits + 10;
    let messages = codes + 2 * (edits + proofs);
    for (table, rows) in [
        ("verifications", codes),
        ("messages", messages),
        ("provider_flows", tokens),
        ("proof_evidence", tokens),
        ("known_devices", sessions),
        ("proofs", proofs),
        ("provider_flows", tokens),
        ("sessions", sessions),
        ("events", events),
        ("rate_limits", counters),
        ("users", proven + anonymous),
    ] {
        assert_says(table, rows);
        assert!(rows < requests, "{table}: every row takes a request");
    }
}
