//! A subscriber that is down for an hour, while ten thousand events happen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use auth_contracts::samples::{SampleAccount, sample_event};
use auth_domain::events::{EventKind, NewEvent};
use auth_ports::{Clock as _, EventStore as _};

use crate::fakes::{FakeHandler, Mood};
use crate::world::World;

const USERS: usize = 500;
const EVENTS_EACH: usize = 20;
/// Until the last of them must have been told: two hours after the fourth attempt, and a quarter more.
const MINUTES: usize = 60 + 150;

#[tokio::test]
async fn all_arrive_afterwards_each_users_in_order_under_one_id_each() {
    let mut world = World::new();
    let handler: Arc<FakeHandler> = FakeHandler::new("crm");
    world.subscribe(vec![handler.clone()]);
    handler.be(Mood::Away);
    let users: Vec<_> = (0..USERS).map(|_| SampleAccount::new().account.id).collect();
    let mut caused: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let worker = world.deliver_events();
    for minute in 0..MINUTES {
        if minute < EVENTS_EACH {
            for user in &users {
                let event = NewEvent { at: world.clock.now(), ..sample_event(*user, EventKind::SignedIn) };
                caused.entry(Some(*user)).or_default().push(event.id);
                world.stores.record(event).await.expect("memory answers");
            }
        }
        if minute == 60 {
            assert!(handler.taken().is_empty() && handler.asked() >= 4 * USERS, "each user's first one was tried");
            handler.be(Mood::Well);
        }
        while worker.deliver_due().await.expect("memory answers") > 0 {}
        world.pass(60);
    }
    let mut taken: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for event in handler.taken() {
        taken.entry(event.user).or_default().push(event.id);
    }
    assert!(taken == caused, "every user's events, each once, in the order in which they happened");
    let ids: BTreeSet<_> = caused.into_values().flatten().collect();
    assert_eq!(ids.len(), USERS * EVENTS_EACH);
}
