//! Events on their way to subscribers.

mod dead_letters;
mod deliver;
mod outage;
mod subscriptions;

use auth_contracts::samples::{SampleAccount, sample_event};
use auth_domain::events::EventKind;
use auth_domain::outbox::SubscriberId;
use auth_ports::{ClaimEvents, Clock as _, DeliveryOutcome, EventStore as _, Outbox as _, SettledEvent};
use uuid::Uuid;

use crate::fakes::FakeHandler;
use crate::world::{World, at_once};

fn named(name: &str) -> SubscriberId {
    SubscriberId::parse(name).expect("a name")
}

/// Subscribes these to everything.
fn subscribe(world: &mut World, names: &[&str]) {
    world.subscribe(names.iter().copied().map(FakeHandler::new).collect());
}

/// Makes this many events of as many users, and returns their ids.
fn happen(world: &World, events: usize) -> Vec<Uuid> {
    let happen = |_| {
        let event = sample_event(SampleAccount::new().account.id, EventKind::SignedIn);
        let id = event.id;
        at_once(world.stores.record(event)).expect("memory answers");
        id
    };
    (0..events).map(happen).collect()
}

/// Gives up everything that waits for the subscriber.
fn give_up(world: &World, subscriber: &str) {
    let (subscriber, now) = (named(subscriber), world.clock.now());
    let claim =
        ClaimEvents { subscriber: subscriber.clone(), now, leased_until: now, keys: u16::MAX, per_key: u16::MAX };
    let claimed = at_once(world.stores.claim(claim)).expect("memory answers");
    let ids = claimed.into_iter().flat_map(|of_key| of_key.events.into_iter().map(move |held| (of_key.key, held)));
    let outcome = DeliveryOutcome::GivenUp { problem: "nobody is there".to_owned(), at: now };
    let settled = ids.map(|(key, held)| SettledEvent { key, id: held.event.id, outcome: outcome.clone() });
    at_once(world.stores.settle(&subscriber, settled.collect())).expect("memory answers");
}

/// How many events wait for the subscriber, and how many were given up.
fn backlog(world: &World, subscriber: &str) -> (u64, u64) {
    let backlogs = at_once(world.stores.backlogs()).expect("memory answers");
    let found = backlogs.into_iter().find(|backlog| backlog.subscriber == named(subscriber));
    found.map_or((0, 0), |backlog| (backlog.waiting, backlog.dead))
}
