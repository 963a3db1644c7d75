//! Calls about events, and those that remove rows.

use auth_contracts::samples::{
    at, sample_event, sample_marks, sample_operator_event, sample_subscriber, sample_subscribers,
};
use auth_domain::admin::{EventFeedRequest, EventFilter, EventPage, EventPosition};
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::outbox::DeadLetterPage;
use auth_ports::{ClaimEvents, DeliveryOutcome, SettledEvent};

use super::made::{Calls, full};

impl Calls {
    pub(super) async fn events(&mut self) {
        let user = self.signed_up(full()).await.account.id;
        let events = self.stores.events.clone();
        events.record(sample_event(user, EventKind::SignInFailed)).await.expect("works");
        self.made("record an event");
        events.record(sample_operator_event(EventKind::UserCreated)).await.expect("works");
        self.made("record an event of no user");
        let page = |filter| EventPage { filter, before: None, limit: 10 };
        events.list(page(EventFilter::of(user))).await.expect("works");
        self.made("list a user's events");
        events.list(page(EventFilter::default())).await.expect("works");
        self.made("list all events");
        let forward = EventFeedRequest { filter: EventFilter::default(), after: EventPosition::START, limit: 10 };
        events.read_forward(forward).await.expect("works");
        self.made("read events forward");
    }

    pub(super) async fn tell(&mut self) {
        let told = self.stores.telling(sample_subscribers());
        let sample = full();
        told.keep_proofs(&sample).await;
        self.prepared();
        told.accounts.register(sample.account).await.expect("registered");
        self.made("sign up while two subscribers are told");
        let subscriber = sample_subscriber("everything");
        let claim =
            ClaimEvents { subscriber: subscriber.clone(), now: at(60), leased_until: at(120), keys: 50, per_key: 10 };
        let claimed = told.outbox.claim(claim).await.expect("works");
        self.made("take events to deliver");
        told.outbox.hasten(&subscriber, at(60), &[at(300)], 50).await.expect("works");
        self.made("find events that are due too late");
        let first = claimed.first().expect("an event is waiting");
        let (key, id) = (first.key, first.events[0].event.id);
        for (name, outcome) in [
            ("put an event off", DeliveryOutcome::PutBack { at: at(90) }),
            ("give an event up", DeliveryOutcome::GivenUp { problem: "p".into(), at: at(90) }),
            ("settle an event that is delivered", DeliveryOutcome::Delivered),
        ] {
            told.outbox.settle(&subscriber, vec![SettledEvent { key, id, outcome }]).await.expect(name);
            self.made(name);
        }
        told.outbox.discard(&subscriber, 10).await.expect("works");
        self.made("discard the events of a subscriber that has left");
        told.outbox.backlogs().await.expect("works");
        self.made("count the events that wait");
        let page = DeadLetterPage { subscriber: Some(subscriber.clone()), event: None, before: None, limit: 10 };
        told.dead_letters.list(page).await.expect("works");
        self.made("list events that were given up");
        let again = NewEvent { at: at(90), ..sample_operator_event(EventKind::DeadLettersSentAgain) };
        told.dead_letters.send_again(&subscriber, None, again, 10).await.expect("works");
        self.made("send events again that were given up");
        told.outbox.end(&subscriber, at(95)).await.expect("works");
        self.prepared();
        let resumed = sample_operator_event(EventKind::SubscriptionResumed);
        assert!(told.outbox.resume(&subscriber, resumed).await.expect("works"), "it had ended");
        self.made("resume a subscription");
    }

    pub(super) async fn sweep(&mut self) {
        let later = at(100_000_000);
        self.stores.upkeep.sweep(later, 100, &sample_marks()).await.expect("works");
        self.made("remove what has expired");
        self.stores.events.sweep(later, 100).await.expect("works");
        self.made("remove old events");
        self.stores.dead_letters.sweep(later, 100).await.expect("works");
        self.made("remove old events that were given up");
    }
}
