//! Who is told of events and who is asked before somebody becomes a user, in words.

use std::fmt::Write as _;

use auth_application::events::Subscription;
use auth_domain::Timestamp;
use auth_domain::outbox::OutgoingKinds;
use auth_ports::{OnFailure, Rule};
use chrono::{SecondsFormat, TimeDelta};

use super::report::Report;

/// How long events usually wait at the most: longer than the first pauses after a failure.
const LATE: TimeDelta = TimeDelta::minutes(10);

/// How a subscriber is served.
pub(super) fn tell(report: &mut Report, one: &Subscription, now: Timestamp) {
    let (backlog, said) = (&one.backlog, subscription(one));
    let what = format!("events to {}", backlog.subscriber);
    let mend = if backlog.ended_at.is_some() {
        "Resume the subscription (POST /admin/v1/subscriptions/{subscription}/resume) once it wants events again"
    } else if one.kinds.is_none() {
        "Configure it again, or wait: what waits for it is removed after 30 days"
    } else if backlog.dead > 0 {
        "See the log for why they failed, and send them again (POST /admin/v1/subscriptions/{subscription}/dead-letters/send-again)"
    } else if backlog.oldest_at.is_some_and(|at| at + LATE < now) {
        "See the log for why its receiver does not take them"
    } else {
        return report.ok(&what, said);
    };
    report.warn(&what, said, Some(mend));
}

/// What a subscriber wants, and how far it is behind.
fn subscription(subscription: &Subscription) -> String {
    let backlog = &subscription.backlog;
    let mut words = match subscription.kinds {
        None => "configured no more".to_owned(),
        Some(kinds) if kinds == OutgoingKinds::all() => "all kinds".to_owned(),
        Some(kinds) => kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", "),
    };
    // Writing to a text does not fail.
    let _ = match backlog.oldest_at {
        Some(at) => write!(words, "; {} waiting, the oldest since {}", backlog.waiting, shown(at)),
        None => write!(words, "; {} waiting", backlog.waiting),
    };
    let _ = write!(words, ", {} given up", backlog.dead);
    if let Some(at) = backlog.ended_at {
        let _ = write!(words, "; wants no more since {}", shown(at));
    }
    words
}

/// How long a rule may take, and what its failure means.
pub(super) fn rule(rule: &dyn Rule) -> String {
    let fails = match rule.on_failure() {
        OnFailure::Refuse => "refuses",
        OnFailure::Allow => "allows",
    };
    format!("{} within {} s, {fails} if it fails", rule.name(), rule.deadline().as_secs_f64())
}

fn shown(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use auth_domain::outbox::{OutgoingKind, SubscriberBacklog, SubscriberId};

    use super::*;

    #[test]
    fn it_says_what_is_wanted_and_how_far_behind_it_is() {
        let at = Timestamp::from_timestamp(1_800_000_000, 0).expect("an instant");
        let subscriber = SubscriberId::parse("crm").expect("a name");
        let backlog = SubscriberBacklog { subscriber, waiting: 0, oldest_at: None, dead: 0, ended_at: None };
        let fine = Subscription { kinds: Some(OutgoingKinds::all()), backlog };
        assert_eq!(subscription(&fine), "all kinds; 0 waiting, 0 given up");
        let behind = SubscriberBacklog { waiting: 7, oldest_at: Some(at), dead: 2, ..fine.backlog.clone() };
        let some = Subscription { kinds: Some(OutgoingKind::UserCreated.into()), backlog: behind };
        assert_eq!(subscription(&some), "user.created; 7 waiting, the oldest since 2027-01-15T08:00:00Z, 2 given up");
        let ended = SubscriberBacklog { ended_at: Some(at), ..fine.backlog };
        let gone = Subscription { kinds: None, backlog: ended };
        let words = "configured no more; 0 waiting, 0 given up; wants no more since 2027-01-15T08:00:00Z";
        assert_eq!(subscription(&gone), words);
    }
}
