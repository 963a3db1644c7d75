//! What the settings leave to chance, as docs/limits.md says.

use auth_domain::guesses::{CodeGuesses, most_in_a_day};
use auth_domain::limits::Quota;

use super::load;

const PAPER: &str = include_str!("../../../../docs/limits.md");
/// IPv4 /24 or IPv6 /48.
const NETWORKS: u32 = 100;

fn said(what: &str) {
    assert!(PAPER.contains(what), "docs/limits.md does not say: {what}");
}

/// A row of the table of limits on codes.
fn row(of: &str, soft: Quota) {
    let (beyond, refused) = (soft.burst, soft.burst * CodeGuesses::DEPTH);
    let line = PAPER.lines().find(|line| line.starts_with("| ") && line.contains(of));
    let line = line.unwrap_or_else(|| panic!("docs/limits.md has no row of {of}"));
    let expected = format!("| {beyond} | {refused} | {} |", most_in_a_day(soft, CodeGuesses::DEPTH));
    assert!(line.ends_with(&expected), "{line} should end with {expected}");
}

#[test]
fn codes_are_guessed_as_seldom_as_the_paper_says() {
    let settings = load(&[]).expect("the defaults");
    let codes = settings.guesses.codes();
    row("(`guesses.wrong_codes_per_account`)", codes.per_account);
    row("(`guesses.wrong_codes_per_network`)", codes.per_network);
    row("the network at the account", codes.per_account_and_network());
    let (one, any) = (codes.chance_at_one_account(), codes.chance_at_any_account(NETWORKS));
    assert!(one < 1e-5, "the chance that a code of one account is guessed within a day: {one}");
    assert!(any < 1e-3, "the chance that a code of any account is guessed within a day: {any}");
    said(&format!("1 in {:.0} {:03.0}", (1.0 / one / 1000.0).floor(), (1.0 / one) % 1000.0));
    said(&format!("1 in {:.0} {:03.0}", (1.0 / any / 1000.0).floor(), (1.0 / any) % 1000.0));
    said(&format!("{} / 999 990", most_in_a_day(codes.per_account, CodeGuesses::DEPTH)));
    said(&format!("{} / 999 990", NETWORKS * most_in_a_day(codes.per_network, CodeGuesses::DEPTH)));
    said(&format!("{} a day", codes.in_all.burst));
}

/// Codes from before the account leave nothing to chance, so there is no figure: that they open nothing is tested with the
/// use cases.
#[test]
fn codes_from_before_the_account_have_no_figure() {
    said("it **opens nothing of the account**");
    assert!(!PAPER.contains("1 in 5 000"), "docs/limits.md has a chance of codes that open nothing");
}

/// The row of a budget that strangers share: what there is in all, and the part of one network.
fn shared(setting: &str, all: u32, part: u32) {
    let ends = format!("(`{setting}`) | {all} | {part} |");
    assert!(PAPER.lines().any(|line| line.ends_with(&ends)), "docs/limits.md has no row that ends with: {ends}");
    assert!(part < all, "{setting}: one network uses up what all strangers have");
}

#[test]
fn no_network_uses_up_what_strangers_share() {
    let settings = load(&[]).expect("the defaults");
    let (limits, hard) = (&settings.limits, settings.limits.hard_factor);
    let policy = settings.verification.policy(true, hard);
    let of_address = |max: Option<usize>| u32::try_from(max.expect("limits are on")).expect("few") * hard;
    for (setting, share) in [
        ("verification.max_sends", of_address(policy.max_sends)),
        ("verification.max_sends_per_day", of_address(policy.max_sends_per_day)),
    ] {
        shared(setting, 2 * share, share);
    }
    for (setting, quota) in [
        ("limits.sends_per_mailbox", limits.sends_per_mailbox()),
        ("limits.sends_per_neighbourhood", limits.sends_per_neighbourhood()),
    ] {
        let soft = quota.expect("limits are on").burst;
        shared(setting, soft * hard, soft * (hard / 2));
    }
    let codes = settings.guesses.codes();
    let part = codes.per_account_and_network().burst;
    shared("guesses.wrong_codes_per_account", codes.per_account.burst * CodeGuesses::DEPTH, part * CodeGuesses::DEPTH);
    let [of_network, of_account] = limits.password_tries().expect("limits are on");
    // The widest network bears twice as much as the narrowest.
    shared("limits.password_tries_per_account", of_account.burst * hard, 2 * of_network.burst * hard);
    let passwords = settings.guesses.passwords();
    let part = passwords.quota_per_account_and_network().burst;
    shared("guesses.wrong_passwords_per_account", passwords.per_account, part);
}

#[test]
fn passwords_are_tried_as_seldom_as_the_paper_says() {
    let settings = load(&[]).expect("the defaults");
    let passwords = settings.guesses.passwords();
    said(&format!("After {} wrong passwords by strangers", passwords.per_account));
    assert!(passwords.per_account <= 100, "NIST SP 800-63B-4, 3.2.2");
    let policy = settings.verification.policy(true, settings.limits.hard_factor);
    let sends = 2 * policy.max_sends_per_day.expect("limits are on") * policy.hard_factor;
    assert_eq!(sends * usize::from(policy.max_tries), 2_000, "tries that belong to one account in a day");
    said("2 000 a day, 1 in 500");
}
