//! Promises of `ProviderFlowStore`.

use auth_domain::provider_flows::{FLOW_TTL, FlowKey, ProviderFlow};
use chrono::TimeDelta;

use crate::samples::{sample_provider_flow, start, unique_bytes};
use crate::{Stores, race};

/// Stamps the promises of `ProviderFlowStore` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! provider_flows {
    ($make:expr) => {
        $crate::stamp!(
            provider_flows,
            $make,
            [
                finds_a_flow_as_it_began,
                finds_an_expired_flow,
                finds_no_unknown_flow,
                the_newest_flow_takes_the_place_of_others,
                an_ended_flow_is_gone,
                a_flow_ends_once,
                a_flow_that_lost_its_place_does_not_end_the_newest,
                another_flow_begins_after_the_end,
                of_fifty_that_end_a_flow_one_succeeds,
                of_fifty_that_begin_one_stays,
            ]
        );
    };
}

/// A flow is found by its key, with every part; those under other keys stay apart.
pub async fn finds_a_flow_as_it_began(stores: Stores) {
    let flows = [sample_provider_flow(), sample_provider_flow(), sample_provider_flow()];
    for flow in flows {
        begin(&stores, flow).await;
    }
    for flow in flows {
        assert_eq!(find(&stores, &flow.key).await, Some(flow), "left: found, right: begun");
    }
}

/// Whether a flow still lives is not for the store to decide.
pub async fn finds_an_expired_flow(stores: Stores) {
    let flow = ProviderFlow { expires_at: start() - FLOW_TTL, ..sample_provider_flow() };
    begin(&stores, flow).await;
    assert_eq!(find(&stores, &flow.key).await, Some(flow), "left: found, right: begun");
}

/// A key under which nothing began finds nothing.
pub async fn finds_no_unknown_flow(stores: Stores) {
    begin(&stores, sample_provider_flow()).await;
    assert_eq!(find(&stores, &sample_provider_flow().key).await, None, "a flow that never began");
}

/// There is one flow per key, even if the one before it would live longer.
pub async fn the_newest_flow_takes_the_place_of_others(stores: Stores) {
    let first = sample_provider_flow();
    begin(&stores, first).await;
    for expires_at in [first.expires_at + TimeDelta::seconds(1), first.expires_at - TimeDelta::seconds(1)] {
        let next = ProviderFlow { expires_at, ..another(&first) };
        begin(&stores, next).await;
        assert_eq!(find(&stores, &first.key).await, Some(next), "left: found, right: the newest");
    }
}

/// A flow that has ended is found no longer; others are.
pub async fn an_ended_flow_is_gone(stores: Stores) {
    let (flow, other) = (sample_provider_flow(), sample_provider_flow());
    begin(&stores, flow).await;
    begin(&stores, other).await;
    assert!(end(&stores, &flow).await, "a flow that was there");
    assert_eq!(find(&stores, &flow.key).await, None, "an ended flow");
    assert_eq!(find(&stores, &other.key).await, Some(other), "a flow that goes on");
}

/// Only the first call ends it, and one that never began cannot be ended.
pub async fn a_flow_ends_once(stores: Stores) {
    let flow = sample_provider_flow();
    begin(&stores, flow).await;
    assert!(end(&stores, &flow).await, "the first time");
    assert!(!end(&stores, &flow).await, "the second time");
    assert!(!end(&stores, &sample_provider_flow()).await, "a flow that never began");
}

/// Whoever has an older flow in hand ends nothing.
pub async fn a_flow_that_lost_its_place_does_not_end_the_newest(stores: Stores) {
    let first = sample_provider_flow();
    let next = another(&first);
    begin(&stores, first).await;
    begin(&stores, next).await;
    assert!(!end(&stores, &first).await, "the older one");
    assert_eq!(find(&stores, &first.key).await, Some(next), "the newest");
    assert!(end(&stores, &next).await, "the newest");
}

/// The place of a flow that ended is free.
pub async fn another_flow_begins_after_the_end(stores: Stores) {
    let first = sample_provider_flow();
    let next = another(&first);
    begin(&stores, first).await;
    assert!(end(&stores, &first).await);
    begin(&stores, next).await;
    assert_eq!(find(&stores, &first.key).await, Some(next), "left: found, right: begun");
}

/// Of fifty concurrent calls that end a flow, one is told that it did.
pub async fn of_fifty_that_end_a_flow_one_succeeds(stores: Stores) {
    let flow = sample_provider_flow();
    begin(&stores, flow).await;
    let ending = (0..50).map(|_| {
        let flows = stores.provider_flows.clone();
        async move { flows.end(&flow).await.expect("the store works") }
    });
    let ended = race(ending).await.into_iter().filter(|ended| *ended).count();
    assert_eq!(ended, 1, "calls that ended the flow");
}

/// Of fifty that begin at once under one key, one stays, and it is one of them.
pub async fn of_fifty_that_begin_one_stays(stores: Stores) {
    let first = sample_provider_flow();
    let begun: Vec<_> = (0..50).map(|_| another(&first)).collect();
    let beginning = begun.iter().copied().map(|flow| {
        let flows = stores.provider_flows.clone();
        async move { flows.begin(flow).await.expect("the store works") }
    });
    race(beginning).await;
    let kept = find(&stores, &first.key).await.expect("one of them");
    assert!(begun.contains(&kept), "{kept:?} is none of those that began");
    assert!(end(&stores, &kept).await);
    assert_eq!(find(&stores, &first.key).await, None, "a second one");
}

/// Another flow of the same device.
fn another(flow: &ProviderFlow) -> ProviderFlow {
    ProviderFlow::begin(flow.key, unique_bytes(), start())
}

async fn begin(stores: &Stores, flow: ProviderFlow) {
    stores.provider_flows.begin(flow).await.expect("the store works");
}

async fn find(stores: &Stores, key: &FlowKey) -> Option<ProviderFlow> {
    stores.provider_flows.find(key).await.expect("the store works")
}

async fn end(stores: &Stores, flow: &ProviderFlow) -> bool {
    stores.provider_flows.end(flow).await.expect("the store works")
}
