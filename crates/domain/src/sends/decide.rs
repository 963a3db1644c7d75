//! Whether a code is sent.

use chrono::TimeDelta;

use super::{Ask, Asker, PastSend, Share};
use crate::Timestamp;
use crate::verifications::{Verification, VerificationPolicy};

/// The window of `max_sends_per_day`.
pub const SENDS_DAY: TimeDelta = TimeDelta::hours(24);
/// A network's part of the share of newcomers, and that of sessions alone of the owner's: one of so many.
const PARTS: usize = 2;

/// What to do when a code is requested, decided under the address's lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendDecision {
    /// Send the live code again, under the same id, out of this share.
    Again(Share),
    /// Make a new verification, out of this share.
    Fresh(Share),
    /// Refuse: too soon after the last send for this device.
    CoolingDown {
        /// How long until a send is allowed.
        retry_after: TimeDelta,
    },
    /// Refuse: too many sends to this address.
    TooMany {
        /// How long until a send is allowed.
        retry_after: TimeDelta,
    },
}

/// Decides about a send. `latest` is the requester's latest verification of the address, and `sends` are the recent
/// sends to the address, whoever asked.
///
/// A code that another user requested is not sent again: the proof that it earns belongs to that user. An instant that
/// lies further ahead than its period was stored by a clock that ran ahead, and does not count.
#[must_use]
pub fn decide_send(
    policy: &VerificationPolicy,
    latest: Option<&Verification>,
    ask: &Ask,
    sends: &[PastSend],
    now: Timestamp,
) -> SendDecision {
    // Without a cooldown nobody waits, whichever of two concurrent requests is stored first.
    if let Some(latest) = latest.filter(|_| policy.resend_after > TimeDelta::zero()) {
        let retry_after = latest.last_sent_at + policy.resend_after - now;
        if retry_after > TimeDelta::zero() && latest.last_sent_at - now <= policy.resend_after {
            return SendDecision::CoolingDown { retry_after };
        }
    }
    let budgets = budgets(policy, ask.beyond_soft);
    let mut waits = Vec::new();
    for share in shares(ask, &budgets, sends, now) {
        let from_share: Vec<_> = sends.iter().filter(|send| send.share == share).map(|send| send.at).collect();
        match budgets.iter().filter_map(|(max, window)| wait(*max, *window, &from_share, now)).max() {
            Some(longest) => waits.push(longest),
            None => return allowed(policy, latest, ask, share, now),
        }
    }
    SendDecision::TooMany { retry_after: waits.into_iter().min().unwrap_or_default() }
}

fn allowed(
    policy: &VerificationPolicy,
    latest: Option<&Verification>,
    ask: &Ask,
    share: Share,
    now: Timestamp,
) -> SendDecision {
    match latest {
        Some(latest) if latest.is_live(policy, now) && latest.holder == ask.holder => SendDecision::Again(share),
        _ => SendDecision::Fresh(share),
    }
}

/// How many sends each share has, in which window.
fn budgets(policy: &VerificationPolicy, beyond_soft: bool) -> Vec<(usize, TimeDelta)> {
    let depth = if beyond_soft { policy.hard_factor } else { 1 };
    let budgets = [(policy.max_sends, policy.sends_window), (policy.max_sends_per_day, SENDS_DAY)];
    budgets.into_iter().filter_map(|(max, window)| Some((max?.max(1).saturating_mul(depth), window))).collect()
}

/// The shares that a request may be taken from, in this order.
fn shares(ask: &Ask, budgets: &[(usize, TimeDelta)], sends: &[PastSend], now: Timestamp) -> Vec<Share> {
    let has_part = |counts: &dyn Fn(&PastSend) -> bool| {
        let taken: Vec<_> = sends.iter().filter(|send| counts(send)).map(|send| send.at).collect();
        budgets.iter().all(|(max, window)| within(*window, &taken, now).count() < (max / PARTS).max(1))
    };
    let has_its_part = || has_part(&|send: &PastSend| ask.is_of(send.sender));
    match ask.asker {
        Asker::Owner => vec![Share::Owner, Share::Strangers],
        // In whatever networks a stolen token is used, the known device keeps the other half. Nothing of it goes beyond
        // the soft limit, or the known device would have to pass the gate. Strangers' codes can be had without a token.
        Asker::Bearer if !ask.beyond_soft && has_part(&|send: &PastSend| send.share == Share::Owner) => {
            vec![Share::Owner, Share::Strangers]
        }
        Asker::Newcomer if has_its_part() => vec![Share::Strangers, Share::Newcomers],
        // One network may have used up what strangers get, also by passing the gate again and again.
        Asker::Stranger | Asker::Bearer if ask.beyond_soft && has_its_part() => {
            vec![Share::Strangers, Share::Newcomers]
        }
        Asker::Newcomer | Asker::Stranger | Asker::Bearer => vec![Share::Strangers],
    }
}

fn within(window: TimeDelta, sends: &[Timestamp], now: Timestamp) -> impl Iterator<Item = Timestamp> {
    sends.iter().copied().filter(move |at| *at + window > now && *at <= now + window)
}

/// How long until one of `max` sends leaves the window, if all are used up.
fn wait(max: usize, window: TimeDelta, sends: &[Timestamp], now: Timestamp) -> Option<TimeDelta> {
    let mut recent: Vec<_> = within(window, sends, now).collect();
    recent.sort_unstable();
    let oldest = recent.len().checked_sub(max)?;
    Some(recent[oldest] + window - now)
}

/// The sends that later decisions depend on, after one more.
#[must_use]
pub fn remember(policy: &VerificationPolicy, mut sends: Vec<PastSend>, last: PastSend) -> Vec<PastSend> {
    let longest = SENDS_DAY.max(policy.sends_window);
    sends.retain(|send| send.at + longest > last.at && send.at <= last.at + longest);
    sends.push(last);
    let kept = policy.remembered_sends();
    sends.drain(..sends.len().saturating_sub(kept));
    sends
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::Sender;
    use super::*;
    use crate::accounts::UserId;
    use crate::clients::ClientId;
    use crate::identifier::{EmailScheme, IdentifierScheme as _};
    use crate::origin::Requester;
    use crate::verifications::VerificationId;

    fn at(seconds: i64) -> Timestamp {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("in range")
    }

    fn sent(at_second: i64, tries: u16, verified: bool) -> Verification {
        Verification {
            id: VerificationId::new([1; 16]),
            address: EmailScheme.parse("user@example").expect("valid"),
            client: ClientId::parse("app").expect("valid"),
            requester: Requester::from_stored("device:a".into()),
            holder: None,
            guessed: None,
            created_at: at(0),
            expires_at: at(600),
            last_sent_at: at(at_second),
            tries,
            verified_at: verified.then(|| at(1)),
        }
    }

    /// Two networks.
    const HOME: i64 = 1;
    const AWAY: i64 = 2;

    fn ask(asker: Asker, sender: i64) -> Ask {
        Ask { asker, sender: Sender::from_number(sender), also: None, holder: None, beyond_soft: false }
    }

    fn stranger() -> Ask {
        ask(Asker::Stranger, AWAY)
    }

    /// Sends by strangers from another network, so many seconds after the beginning.
    fn sends_at(seconds: &[i64]) -> Vec<PastSend> {
        seconds.iter().map(|second| taken(Share::Strangers, AWAY, *second)).collect()
    }

    fn taken(share: Share, sender: i64, second: i64) -> PastSend {
        PastSend { at: at(second), share, sender: Sender::from_number(sender) }
    }

    fn too_many(seconds: i64) -> SendDecision {
        SendDecision::TooMany { retry_after: TimeDelta::seconds(seconds) }
    }

    const AGAIN: SendDecision = SendDecision::Again(Share::Strangers);
    const FRESH: SendDecision = SendDecision::Fresh(Share::Strangers);

    #[test]
    fn sends() {
        let policy = VerificationPolicy::default();
        let five = sends_at(&[0, 100, 200, 300, 400]);
        for (what, latest, sends, now, decision) in [
            ("first", None, &[][..], 0, FRESH),
            (
                "too soon",
                Some(sent(0, 0, false)),
                &[],
                59,
                SendDecision::CoolingDown { retry_after: TimeDelta::seconds(1) },
            ),
            ("again", Some(sent(0, 0, false)), &[], 60, AGAIN),
            ("again after wrong tries", Some(sent(0, 4, false)), &[], 60, AGAIN),
            ("after the last try", Some(sent(0, 5, false)), &[], 60, FRESH),
            ("after success", Some(sent(0, 1, true)), &[], 60, FRESH),
            ("last instant of its lifetime", Some(sent(0, 0, false)), &[], 599, AGAIN),
            ("after its lifetime", Some(sent(0, 0, false)), &[], 600, FRESH),
            ("sixth send", None, &five, 500, too_many(100)),
            ("window has moved on", None, &five, 600, FRESH),
        ] {
            assert_eq!(decide_send(&policy, latest.as_ref(), &stranger(), sends, at(now)), decision, "{what}");
        }
    }

    #[test]
    fn a_code_that_another_user_requested_is_not_sent_again() {
        let policy = VerificationPolicy::default();
        let (ann, bob) = (Some(UserId::from_i64(1)), Some(UserId::from_i64(2)));
        for (asked, asks, decision) in
            [(None, None, AGAIN), (ann, ann, AGAIN), (None, ann, FRESH), (ann, None, FRESH), (ann, bob, FRESH)]
        {
            let latest = Verification { holder: asked, ..sent(0, 0, false) };
            let asks = Ask { holder: asks, ..stranger() };
            assert_eq!(decide_send(&policy, Some(&latest), &asks, &[], at(60)), decision, "{asked:?}, {asks:?}");
        }
    }

    #[test]
    fn without_a_cooldown_nobody_waits() {
        let policy = VerificationPolicy { resend_after: TimeDelta::zero(), ..VerificationPolicy::default() };
        // This code was requested before the one that was stored first.
        assert_eq!(decide_send(&policy, Some(&sent(10, 0, false)), &stranger(), &[], at(9)), AGAIN);
    }

    #[test]
    fn sends_a_day() {
        let policy = VerificationPolicy { max_sends_per_day: Some(3), ..VerificationPolicy::default() };
        let sends = sends_at(&[0, 10_000, 20_000]);
        let decide = |now| decide_send(&policy, None, &stranger(), &sends, at(now));
        assert_eq!(decide(86_399), too_many(1));
        assert_eq!(decide(86_400), FRESH);
        let both = VerificationPolicy { max_sends: Some(1), ..policy };
        let waits_longer = too_many(66_000);
        assert_eq!(decide_send(&both, None, &stranger(), &sends, at(20_400)), waits_longer, "the longer of both waits");
    }

    #[test]
    fn shares() {
        let policy = VerificationPolicy { hard_factor: 3, ..VerificationPolicy::default() };
        let used_up = sends_at(&[0, 0, 0, 0, 0]);
        let with = |more: &[PastSend]| [&used_up[..], more].concat();
        let many = |share, sender, number| vec![taken(share, sender, 0); number];
        let fresh = SendDecision::Fresh;
        for (what, asks, sends, decision) in [
            ("a stranger", ask(Asker::Stranger, HOME), used_up.clone(), too_many(540)),
            ("the owner has a share", ask(Asker::Owner, AWAY), used_up.clone(), fresh(Share::Owner)),
            (
                "the owner takes from the strangers' share in the end",
                ask(Asker::Owner, HOME),
                many(Share::Owner, HOME, 5),
                fresh(Share::Strangers),
            ),
            (
                "the owner's share is used up like any other",
                ask(Asker::Owner, HOME),
                with(&many(Share::Owner, HOME, 5)),
                too_many(540),
            ),
            ("a newcomer takes from the strangers' share first", ask(Asker::Newcomer, HOME), vec![], FRESH),
            ("a newcomer", ask(Asker::Newcomer, HOME), used_up.clone(), fresh(Share::Newcomers)),
            ("the network that used them up", ask(Asker::Newcomer, AWAY), used_up.clone(), too_many(540)),
            (
                "a newcomer's second",
                ask(Asker::Newcomer, HOME),
                with(&[taken(Share::Newcomers, HOME, 0)]),
                fresh(Share::Newcomers),
            ),
            ("a newcomer's third", ask(Asker::Newcomer, HOME), with(&many(Share::Newcomers, HOME, 2)), too_many(540)),
            ("many newcomers", ask(Asker::Newcomer, HOME), with(&many(Share::Newcomers, 3, 5)), too_many(540)),
            (
                "who has passed the gate",
                Ask { beyond_soft: true, ..stranger() },
                many(Share::Strangers, AWAY, 14),
                FRESH,
            ),
            (
                "who has passed the gate too often",
                Ask { beyond_soft: true, ..stranger() },
                many(Share::Strangers, AWAY, 15),
                too_many(540),
            ),
            (
                "who has passed the gate in another network",
                Ask { beyond_soft: true, ..ask(Asker::Stranger, HOME) },
                many(Share::Strangers, AWAY, 15),
                fresh(Share::Newcomers),
            ),
            (
                "who has passed the gate in another network, and has had a part",
                Ask { beyond_soft: true, ..ask(Asker::Stranger, HOME) },
                [many(Share::Strangers, AWAY, 15), many(Share::Newcomers, HOME, 7)].concat(),
                too_many(540),
            ),
        ] {
            assert_eq!(decide_send(&policy, None, &asks, &sends, at(60)), decision, "{what}");
        }
    }

    #[test]
    fn a_session_alone_has_half_of_the_owners_share() {
        let policy = VerificationPolicy { hard_factor: 3, ..VerificationPolicy::default() };
        let of = |share, number| vec![taken(share, HOME, 0); number];
        let fresh = SendDecision::Fresh;
        for (what, asker, beyond_soft, strangers, owners, decision) in [
            ("its first", Asker::Bearer, false, 5, 0, fresh(Share::Owner)),
            ("its second", Asker::Bearer, false, 5, 1, fresh(Share::Owner)),
            ("its third is like a stranger's, in whatever network", Asker::Bearer, false, 4, 2, FRESH),
            ("its third, after strangers", Asker::Bearer, false, 5, 2, too_many(540)),
            ("beyond the soft limit it has nothing of the owner's", Asker::Bearer, true, 5, 0, FRESH),
            ("beyond the soft limit, after strangers", Asker::Bearer, true, 15, 0, fresh(Share::Newcomers)),
            ("the known device has the other half", Asker::Owner, false, 5, 4, fresh(Share::Owner)),
        ] {
            let asks = Ask { beyond_soft, ..ask(asker, AWAY) };
            let sends = [of(Share::Strangers, strangers), of(Share::Owner, owners)].concat();
            assert_eq!(decide_send(&policy, None, &asks, &sends, at(60)), decision, "{what}");
        }
    }

    /// Whatever one network asks for, and whether it passes the gate, it has at most half of what all strangers get at an
    /// address, and each of the others gets something.
    #[test]
    fn no_network_has_more_than_half() {
        for (asker, hard_factor) in
            [(Asker::Newcomer, 1), (Asker::Newcomer, 4), (Asker::Stranger, 2), (Asker::Stranger, 4)]
        {
            let policy = VerificationPolicy { hard_factor, ..VerificationPolicy::default() };
            let mut sends = Vec::new();
            let mut get = |sender| {
                let mut had = 0;
                for beyond_soft in [false, hard_factor > 1] {
                    let asks = Ask { beyond_soft, ..ask(asker, sender) };
                    while let SendDecision::Fresh(share) = decide_send(&policy, None, &asks, &sends, at(0)) {
                        sends.push(taken(share, sender, 0));
                        had += 1;
                    }
                }
                had
            };
            let (greedy, others) = (get(AWAY), [3, 4, 5].map(&mut get));
            let in_all = 2 * 5 * hard_factor;
            assert_eq!(greedy, in_all / 2, "{asker:?} {hard_factor}");
            assert!(others[0] > 0 && others[1] > 0, "{asker:?} {hard_factor}: {others:?}");
            assert_eq!(greedy + others.iter().sum::<usize>(), in_all);
        }
    }

    #[test]
    fn a_clock_that_ran_ahead_keeps_nobody_waiting() {
        let policy = VerificationPolicy::default();
        let ahead = sends_at(&[90_000; 5]);
        assert_eq!(decide_send(&policy, None, &stranger(), &ahead, at(0)), FRESH, "sends of tomorrow");
        assert_eq!(decide_send(&policy, None, &stranger(), &sends_at(&[3; 5]), at(0)), too_many(603));
        assert_eq!(decide_send(&policy, Some(&sent(61, 0, false)), &stranger(), &[], at(0)), AGAIN);
        let cooling_down = SendDecision::CoolingDown { retry_after: TimeDelta::seconds(63) };
        assert_eq!(decide_send(&policy, Some(&sent(3, 0, false)), &stranger(), &[], at(0)), cooling_down);
        assert_eq!(remember(&policy, ahead, taken(Share::Owner, HOME, 0)), [taken(Share::Owner, HOME, 0)]);
    }

    #[test]
    fn what_decides_nothing_is_forgotten() {
        let policy = VerificationPolicy { max_sends: Some(1), max_sends_per_day: Some(2), ..Default::default() };
        let mut sends = Vec::new();
        for second in 0..10 {
            sends = remember(&policy, sends, taken(Share::Strangers, HOME, second));
        }
        assert_eq!(sends.first().map(|send| send.at), Some(at(4)), "two of each of three shares");
        sends = remember(&policy, sends, taken(Share::Strangers, HOME, 86_408));
        assert_eq!(sends.iter().map(|send| send.at).collect::<Vec<_>>(), [at(9), at(86_408)]);
    }
}
