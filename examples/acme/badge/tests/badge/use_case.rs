//! The use cases on stores in memory, with a clock that a test moves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use acme_badge::{Badge, Motto, Mottos, NoMotto, Rank, SetMotto, ShowBadge};
use async_trait::async_trait;
use auth_contracts::samples::SampleAccount;
use auth_contracts::{ManualClock, Stores};
use auth_domain::accounts::UserId;
use auth_memory::MemoryStores;
use auth_ports::{Failure, Halt};
use chrono::TimeDelta;

/// Mottos in memory.
#[derive(Default)]
struct Remembered(Mutex<BTreeMap<UserId, Motto>>);

#[async_trait]
impl Mottos for Remembered {
    async fn find(&self, user: UserId) -> Result<Option<Motto>, Failure> {
        Ok(self.0.lock().expect("not poisoned").get(&user).cloned())
    }

    async fn set(&self, user: UserId, motto: Motto) -> Result<(), Failure> {
        self.0.lock().expect("not poisoned").insert(user, motto);
        Ok(())
    }
}

#[tokio::test]
async fn rank_comes_with_time() {
    let (stores, clock) = (Stores::of(MemoryStores::new()), ManualClock::new());
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let found = stores.accounts.find(sample.account.id).await.expect("the store answers");
    let account = found.expect("just signed up");
    let show = ShowBadge::new(stores.sessions.clone(), Arc::new(Remembered::default()), Arc::new(clock.clone()), 3);
    // The session ends one day.
    for (days, rank, devices) in
        [(0, Rank::Member, 1), (2, Rank::Member, 1), (3, Rank::Veteran, 1), (4000, Rank::Veteran, 0)]
    {
        clock.set(account.created_at + TimeDelta::days(days));
        let badge = show.run(&account).await.expect("the store answers");
        assert_eq!(badge, Badge { rank, devices, motto: None }, "{days} days");
    }
}

#[tokio::test]
async fn what_is_no_motto_takes_the_place_of_none() {
    let mottos = Arc::new(Remembered::default());
    let (set, user) = (SetMotto::new(mottos.clone()), SampleAccount::new().account.id);
    set.run(user, "Onwards").await.expect("it is a motto");
    let refused = set.run(user, "two\nlines").await;
    assert!(matches!(refused, Err(Halt::Refused(NoMotto))), "{refused:?}");
    assert_eq!(mottos.find(user).await.expect("memory answers"), Motto::parse("Onwards").ok());
}
