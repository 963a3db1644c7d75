//! Reading forward: each event once, whatever is written meanwhile.

use std::sync::Arc;

use auth_domain::admin::{EventFeed, EventFeedRequest, EventFilter, EventPosition};
use auth_domain::events::{EventKind, NewEvent};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::{expected, record, user};
use crate::Stores;
use crate::samples::{SampleAccount, at, sample_event};

/// All events are there from the beginning, with all parts.
pub async fn reads_forward_from_the_beginning(stores: Stores) {
    let mut recorded = Vec::new();
    for second in 0..4 {
        let event = NewEvent { at: at(second), ..sample_event(user(), EventKind::SignedIn) };
        record(&stores, &event).await;
        recorded.push(event);
    }
    let feed = read(&stores, EventPosition::START, 10).await;
    assert_eq!(feed.events, recorded.iter().map(expected).collect::<Vec<_>>(), "left: read, right: recorded");
    assert!(!feed.has_more, "there is no more");
}

/// An event that is committed later is read later, however early it happened, because clocks of several machines
/// differ and some requests take long.
pub async fn reads_forward_in_the_order_of_commits(stores: Stores) {
    let mut recorded = Vec::new();
    for second in [5, 3, 4, 3] {
        let event = NewEvent { at: at(second), ..sample_event(user(), EventKind::SignedIn) };
        record(&stores, &event).await;
        read(&stores, EventPosition::START, 10).await;
        recorded.push(event.id);
    }
    let feed = read(&stores, EventPosition::START, 10).await;
    assert_eq!(ids(&feed), recorded, "left: read, right: recorded");
}

/// This holds for parts of any size.
pub async fn reading_on_repeats_nothing_and_skips_nothing(stores: Stores) {
    let recorded = record_often(&stores, 17).await;
    for limit in [1, 2, 5, 16, 17, 18] {
        let (mut seen, mut after) = (Vec::new(), EventPosition::START);
        loop {
            let feed = read(&stores, after, limit).await;
            assert!(feed.events.len() <= limit.into(), "a part of {limit} has {} events", feed.events.len());
            seen.extend(ids(&feed));
            after = feed.next;
            if !feed.has_more {
                break;
            }
        }
        assert_eq!(sorted(seen), sorted(recorded.clone()), "in parts of {limit}");
    }
}

/// A reader that has read everything continues when more has happened, and starts at the beginning if nothing has
/// happened yet.
pub async fn the_end_is_a_place_to_go_on_from(stores: Stores) {
    let mut next = read(&stores, EventPosition::START, 10).await.next;
    for _ in 0..3 {
        let nothing = EventFeed { events: Vec::new(), next, has_more: false };
        assert_eq!(read(&stores, next, 10).await, nothing, "after the end");
        let more = record_often(&stores, 2).await;
        let feed = read(&stores, next, 10).await;
        assert_eq!(sorted(ids(&feed)), sorted(more), "what happened since");
        next = feed.next;
    }
}

/// The same events follow the same position, however often they are read and whatever has happened since.
pub async fn a_place_stays_where_it_is(stores: Stores) {
    record_often(&stores, 5).await;
    let first = read(&stores, EventPosition::START, 2).await;
    let second = read(&stores, first.next, 2).await;
    record_often(&stores, 5).await;
    assert_eq!(read(&stores, EventPosition::START, 2).await, first, "the first part, once more");
    assert_eq!(read(&stores, first.next, 2).await, second, "the second part, once more");
}

/// Nothing follows it until enough events are written, and it causes no error.
pub async fn a_place_that_was_never_given_out_stays_as_it_is(stores: Stores) {
    record_often(&stores, 3).await;
    let far = EventPosition::from_i64(i64::MAX).expect("a position");
    let nothing = EventFeed { events: Vec::new(), next: far, has_more: false };
    assert_eq!(read(&stores, far, 10).await, nothing, "after the last place of all");
}

/// All events of that user are read, and no others.
pub async fn reads_the_events_of_one_user_forward(stores: Stores) {
    let (one, other) = (user(), user());
    let mut expected = Vec::new();
    for second in 0..5 {
        let event = NewEvent { at: at(second), ..sample_event(one, EventKind::SignedIn) };
        record(&stores, &event).await;
        record(&stores, &sample_event(other, EventKind::SignedIn)).await;
        expected.push(event.id);
    }
    for limit in [1, 2, 5, 50] {
        assert_eq!(read_all(&stores, &EventFilter::of(one), limit).await, expected, "in parts of {limit}");
    }
    let none: Vec<Uuid> = Vec::new();
    assert_eq!(read_all(&stores, &EventFilter::of(user()), 5).await, none, "of somebody to whom nothing happened");
}

/// All events of these kinds are read, however rare they are.
pub async fn reads_events_of_some_kinds_forward(stores: Stores) {
    let (mut blocked, mut both) = (Vec::new(), Vec::new());
    for second in 0..40 {
        let kind = match second % 13 {
            0 => EventKind::UserBlocked,
            1 => EventKind::UserUnblocked,
            _ => EventKind::SignedIn,
        };
        let event = NewEvent { at: at(second), ..sample_event(user(), kind) };
        record(&stores, &event).await;
        blocked.extend((kind == EventKind::UserBlocked).then_some(event.id));
        both.extend((kind != EventKind::SignedIn).then_some(event.id));
    }
    let of = |kinds: &[EventKind]| EventFilter { kinds: kinds.into(), ..EventFilter::default() };
    for limit in [1, 3, 50] {
        let filter = of(&[EventKind::UserBlocked]);
        assert_eq!(read_all(&stores, &filter, limit).await, blocked, "in parts of {limit}");
        let filter = of(&[EventKind::UserUnblocked, EventKind::UserBlocked]);
        assert_eq!(read_all(&stores, &filter, limit).await, both, "of two kinds, in parts of {limit}");
    }
    let filter = of(&[EventKind::AccountDeleted]);
    assert_eq!(read_all(&stores, &filter, 5).await, Vec::<Uuid>::new(), "of a kind that never happened");
}

/// A reader continues from its position.
pub async fn what_was_swept_is_not_read(stores: Stores) {
    let old = NewEvent { at: at(0), ..sample_event(user(), EventKind::SignedIn) };
    let young = NewEvent { at: at(9), ..sample_event(user(), EventKind::SignedIn) };
    record(&stores, &old).await;
    let seen = read(&stores, EventPosition::START, 10).await;
    record(&stores, &young).await;
    stores.events.sweep(at(5), 10).await.expect("the store works");
    assert_eq!(ids(&read(&stores, EventPosition::START, 10).await), [young.id], "from the beginning");
    assert_eq!(ids(&read(&stores, seen.next, 10).await), [young.id], "after the one that was swept");
    stores.events.sweep(at(10), 10).await.expect("the store works");
    let later = record_often(&stores, 1).await;
    assert_eq!(ids(&read(&stores, seen.next, 10).await), later, "after all were swept");
}

const WRITERS: usize = 6;
const EVENTS: usize = 25;

/// Several readers continue to read while others record events, both alone and with accounts. Each of them sees each
/// event once.
pub async fn reads_forward_what_others_write_meanwhile(stores: Stores) {
    let begin = Arc::new(Barrier::new(WRITERS + 3));
    let writers: Vec<_> = (0..WRITERS).map(|_| tokio::spawn(write_often(stores.clone(), Arc::clone(&begin)))).collect();
    let readers: Vec<_> = [1, 7, 500]
        .map(|limit| tokio::spawn(read_until(stores.clone(), limit, WRITERS * EVENTS, Arc::clone(&begin))))
        .into();
    let mut written = Vec::new();
    for writer in writers {
        written.extend(writer.await.expect("a racer finishes"));
    }
    let mut first = None;
    for reader in readers {
        let (seen, next) = reader.await.expect("a racer finishes");
        assert_eq!(sorted(seen.clone()), sorted(written.clone()), "left: seen, right: written");
        assert_eq!(read(&stores, next, 7).await.events, [], "after everything");
        assert_eq!(*first.get_or_insert_with(|| seen.clone()), seen, "left: seen by one, right: seen by another");
    }
}

/// Events that nobody has read yet get their positions once.
pub async fn readers_who_begin_together_see_the_same(stores: Stores) {
    const READERS: usize = 8;
    let recorded = record_often(&stores, 30).await;
    let begin = Arc::new(Barrier::new(READERS));
    let readers: Vec<_> =
        (0..READERS).map(|_| tokio::spawn(read_until(stores.clone(), 4, recorded.len(), Arc::clone(&begin)))).collect();
    let mut all = Vec::new();
    for reader in readers {
        all.push(reader.await.expect("a racer finishes"));
    }
    assert_eq!(sorted(all[0].0.clone()), sorted(recorded), "left: seen, right: recorded");
    for (seen, next) in &all {
        assert_eq!(*seen, all[0].0, "left: seen by one, right: seen by the first");
        // Where the feed ends is not compared: it moves whenever a reader looks for events without a position.
        assert_eq!(read(&stores, *next, 4).await.events, [], "after everything");
    }
}

async fn write_often(stores: Stores, begin: Arc<Barrier>) -> Vec<Uuid> {
    let mut written = Vec::with_capacity(EVENTS);
    begin.wait().await;
    for n in 0..EVENTS {
        if n % 3 == 0 {
            let sample = SampleAccount::new().with_email();
            stores.sign_up(&sample).await;
            written.push(sample.account.event.id);
        } else {
            written.extend(record_often(&stores, 1).await);
        }
    }
    written
}

/// Reads until this many events were seen, and returns them with the position after them.
async fn read_until(stores: Stores, limit: u16, events: usize, begin: Arc<Barrier>) -> (Vec<Uuid>, EventPosition) {
    let (mut seen, mut after) = (Vec::new(), EventPosition::START);
    begin.wait().await;
    while seen.len() < events {
        let feed = read(&stores, after, limit).await;
        seen.extend(ids(&feed));
        after = feed.next;
        tokio::task::yield_now().await;
    }
    (seen, after)
}

/// Records this many events one after another, and returns their ids.
async fn record_often(stores: &Stores, times: usize) -> Vec<Uuid> {
    let mut ids = Vec::with_capacity(times);
    for _ in 0..times {
        let event = sample_event(user(), EventKind::SignedIn);
        record(stores, &event).await;
        ids.push(event.id);
    }
    ids
}

async fn read(stores: &Stores, after: EventPosition, limit: u16) -> EventFeed {
    let request = EventFeedRequest { filter: EventFilter::default(), after, limit };
    stores.events.read_forward(request).await.expect("the store works")
}

/// Returns the ids of all selected events, read in parts.
async fn read_all(stores: &Stores, filter: &EventFilter, limit: u16) -> Vec<Uuid> {
    let (mut seen, mut after) = (Vec::new(), EventPosition::START);
    loop {
        let request = EventFeedRequest { filter: filter.clone(), after, limit };
        let feed = stores.events.read_forward(request).await.expect("the store works");
        seen.extend(ids(&feed));
        after = feed.next;
        if !feed.has_more {
            return seen;
        }
    }
}

fn ids(feed: &EventFeed) -> Vec<Uuid> {
    feed.events.iter().map(|event| event.id).collect()
}

fn sorted(mut ids: Vec<Uuid>) -> Vec<Uuid> {
    ids.sort_unstable();
    ids
}
