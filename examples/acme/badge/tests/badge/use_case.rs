//! The use case on stores in memory, with a clock that a test moves.

use std::sync::Arc;

use acme_badge::{Badge, Rank, ShowBadge};
use auth_contracts::samples::SampleAccount;
use auth_contracts::{ManualClock, Stores};
use auth_memory::MemoryStores;
use chrono::TimeDelta;

#[tokio::test]
async fn rank_comes_with_time() {
    let (stores, clock) = (Stores::of(MemoryStores::new()), ManualClock::new());
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    let found = stores.accounts.find(sample.account.id).await.expect("the store answers");
    let account = found.expect("just signed up");
    let show = ShowBadge::new(stores.sessions.clone(), Arc::new(clock.clone()), 3);
    // The session ends one day.
    for (days, rank, devices) in
        [(0, Rank::Member, 1), (2, Rank::Member, 1), (3, Rank::Veteran, 1), (4000, Rank::Veteran, 0)]
    {
        clock.set(account.created_at + TimeDelta::days(days));
        let badge = show.run(&account).await.expect("the store answers");
        assert_eq!(badge, Badge { rank, devices }, "{days} days");
    }
}
