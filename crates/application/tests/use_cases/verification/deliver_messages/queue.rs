//! Messages are delivered at once, again after failures under the same id, and never after the code has expired.

use std::time::Duration;

use auth_contracts::samples;
use auth_domain::Timestamp;
use auth_domain::identifier::{IdentifierKind, IdentifierScheme as _, PhoneNumberScheme};
use auth_domain::messages::{Content, NoticeKind};
use auth_domain::verifications::VerificationCode;
use auth_ports::{
    ClaimMessages, Clock as _, FreePlaces, MessageQueue as _, SendError, SendOutcome, VerificationStore as _,
};
use chrono::TimeDelta;

use crate::verification::send_code::to;
use crate::world::{Person, World, at_once, once_per};

fn temporary() -> Result<(), SendError> {
    Err(SendError::Temporary("the server is away".into()))
}

fn permanent() -> Result<(), SendError> {
    Err(SendError::Permanent("no such mailbox".into()))
}

struct Bench {
    world: World,
}

impl Bench {
    fn new(answer: fn() -> Result<(), SendError>) -> Self {
        let world = World::new();
        world.sender.answer_with(answer);
        Self { world }
    }

    /// Queues a message to an e-mail address.
    async fn queue(&self) -> auth_domain::verifications::VerificationId {
        let request = samples::sample_send_request(&samples::sample_email(), self.world.clock.now());
        match self.world.stores.request(request).await.expect("memory answers") {
            SendOutcome::Queued(verification) => verification.id,
            refused => panic!("{refused:?}"),
        }
    }

    /// Returns when something is due.
    async fn next_due(&self) -> Option<Timestamp> {
        self.world.stores.next_due(FreePlaces::of_each_channel(1)).await.expect("memory answers")
    }

    async fn deliver(&self) -> usize {
        self.world.deliver_messages().deliver_due().await.expect("memory answers")
    }
}

#[tokio::test]
async fn carries_the_code_of_its_verification() {
    let bench = Bench::new(|| Ok(()));
    let verification = bench.queue().await;
    assert_eq!(bench.deliver().await, 1);
    let sent = bench.world.sender.sent();
    let code = VerificationCode::derive(&bench.world.key, verification);
    assert_eq!(sent[0].code().map(VerificationCode::expose), Some(code.expose()));
    assert_eq!(bench.deliver().await, 0, "a delivered message is not sent again");
    assert_eq!(bench.next_due().await, None);
}

#[tokio::test]
async fn comes_again_later_and_later_under_the_same_id() {
    let bench = Bench::new(temporary);
    bench.queue().await;
    let mut pauses = Vec::new();
    for _ in 0..5 {
        assert_eq!(bench.deliver().await, 1);
        let due = bench.next_due().await.expect("it waits");
        pauses.push((due - bench.world.clock.now()).num_milliseconds());
        bench.world.clock.set(due);
    }
    assert!(pauses.windows(2).all(|pair| pair[1] > pair[0]), "{pauses:?}");
    assert!(pauses[0] >= 1_000 && pauses[4] >= 16_000, "{pauses:?}");
    bench.world.sender.answer_with(|| Ok(()));
    assert_eq!(bench.deliver().await, 1);
    let sent = bench.world.sender.sent();
    assert!(sent.iter().all(|message| message.id == sent[0].id), "receivers drop repetitions by the id");
    assert_eq!(bench.deliver().await, 0);
}

#[tokio::test]
async fn is_given_up_when_the_code_is_dead() {
    let bench = Bench::new(temporary);
    bench.queue().await;
    bench.deliver().await;
    bench.world.clock.advance(TimeDelta::seconds(600));
    bench.deliver().await;
    assert_eq!(bench.world.sender.sent().len(), 1, "a dead code is not sent");
    assert_eq!(bench.next_due().await, None);
}

#[tokio::test]
async fn is_given_up_when_it_is_refused_for_good() {
    let bench = Bench::new(permanent);
    bench.queue().await;
    bench.deliver().await;
    assert_eq!(bench.next_due().await, None);
}

#[tokio::test]
async fn is_tried_again_when_the_worker_died_over_it() {
    let bench = Bench::new(|| Ok(()));
    bench.queue().await;
    let now = bench.world.clock.now();
    let claim =
        ClaimMessages { now, leased_until: now + TimeDelta::seconds(60), places: FreePlaces::of_each_channel(10) };
    bench.world.stores.claim_due(claim).await.expect("claimed by a worker that dies");
    assert_eq!(bench.deliver().await, 0, "it is leased");
    bench.world.clock.advance(TimeDelta::seconds(60));
    assert_eq!(bench.deliver().await, 1);
    assert_eq!(bench.world.sender.sent().len(), 1);
}

/// What was written, leased or put off meanwhile would wait for a day.
#[tokio::test]
async fn a_clock_that_ran_ahead_holds_up_nothing() {
    let bench = Bench::new(temporary);
    let (now, ahead) = (bench.world.clock.now(), TimeDelta::days(1));
    bench.world.clock.set(now + ahead);
    bench.queue().await;
    assert_eq!(bench.deliver().await, 1, "put off");
    bench.queue().await;
    bench.world.clock.set(now);
    bench.world.sender.answer_with(|| Ok(()));
    assert_eq!(bench.deliver().await, 2, "the clock was put right");
    assert_eq!(bench.next_due().await, None);
}

/// The longest pauses are believed, also those of an instance whose clock is ahead by as much as clocks may differ.
#[tokio::test]
async fn what_another_instance_holds_is_left_to_it() {
    let bench = Bench::new(|| Ok(()));
    bench.queue().await;
    let now = bench.world.clock.now();
    let leased_until = now + TimeDelta::seconds(75) + TimeDelta::minutes(5);
    let claim = ClaimMessages { now, leased_until, places: FreePlaces::of_each_channel(10) };
    bench.world.stores.claim_due(claim).await.expect("claimed by another instance");
    assert_eq!(bench.deliver().await, 0, "it is leased");
    bench.world.clock.set(now - TimeDelta::microseconds(1));
    assert_eq!(bench.deliver().await, 1, "no instance leases that long");
}

/// The clock of the runtime advances only while everything sleeps, so a task that is woken runs at once.
#[tokio::test(start_paused = true)]
async fn a_wish_for_a_code_wakes_the_worker() {
    let world = World::new();
    let worker = world.deliver_messages();
    let worker = tokio::spawn(worker.run(std::future::pending()));
    tokio::time::sleep(Duration::from_secs(1)).await; // until it sleeps too
    let wish = to(IdentifierKind::EMAIL, "ann@example.com");
    world.send_code().run(wish).await.expect("a code");
    // The paused clock moves on, far less than the worker sleeps.
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(world.sender.sent().len(), 1, "sent by a worker that would have slept for seconds");
    worker.abort();
}

/// Tells Ann that all her sessions have ended.
fn told(answer: fn() -> Result<(), SendError>, rules: impl FnOnce(&mut World)) -> Bench {
    let mut bench = Bench::new(answer);
    bench.world.rules.owners_are_told = true;
    rules(&mut bench.world);
    let ann = bench.world.ann();
    tell(&bench, &ann);
    bench
}

fn tell(bench: &Bench, person: &Person) {
    at_once(bench.world.end_sessions().all(&bench.world.caller(person), &person.origin())).expect("they have one");
}

#[tokio::test]
async fn a_notice_says_what_happened_and_has_no_code() {
    let bench = told(|| Ok(()), |_| ());
    assert_eq!(bench.deliver().await, 1);
    let sent = bench.world.sender.sent();
    assert!(
        matches!(&sent[0].content, Content::Notice(notice) if notice.kind == NoticeKind::SessionsEnded),
        "{sent:?}"
    );
    assert!(sent[0].code().is_none());
    assert_eq!(bench.next_due().await, None);
}

/// A notice is worth trying for longer than a code, and not as often.
#[tokio::test]
async fn a_notice_is_tried_for_a_day() {
    let bench = told(temporary, |_| ());
    let first = bench.world.clock.now();
    let mut tries = 0;
    while let Some(due) = bench.next_due().await {
        bench.world.clock.set(due.max(bench.world.clock.now()));
        bench.deliver().await;
        tries += 1;
    }
    let tried_for = bench.world.clock.now() - first;
    assert!(tried_for > TimeDelta::hours(23) && tries < 150, "{tries} tries in {tried_for}");
}

/// What an address gets is counted once for each notice, however often it is tried; what is above is dropped.
#[tokio::test]
async fn notices_above_the_budget_of_an_address_are_dropped() {
    let bench = told(temporary, |world| world.rules.quota = Some(once_per(3600)));
    bench.deliver().await;
    bench.world.sender.answer_with(|| Ok(()));
    bench.world.pass(60);
    bench.deliver().await;
    assert_eq!(bench.world.sender.sent().len(), 2, "the second try is not counted");
    let ben = bench.world.ann();
    tell(&bench, &ben);
    bench.deliver().await;
    assert_eq!(bench.world.sender.sent().len(), 3, "another address has a budget of its own");
    bench.world.another_session(&ben);
    tell(&bench, &ben);
    bench.deliver().await;
    assert_eq!(bench.world.sender.sent().len(), 3, "above the budget");
    assert_eq!(bench.next_due().await, None, "it is dropped");
    bench.world.pass(3600);
    bench.world.another_session(&ben);
    tell(&bench, &ben);
    bench.deliver().await;
    assert_eq!(bench.world.sender.sent().len(), 4, "an hour later");
}

/// What is sent in a day is counted together with codes; what is above is dropped.
#[tokio::test]
async fn notices_above_the_total_of_a_day_are_dropped() {
    let bench = told(|| Ok(()), |world| world.rules.sends_per_day = Some(1));
    bench.deliver().await;
    let ben = bench.world.ann();
    tell(&bench, &ben);
    bench.deliver().await;
    assert_eq!(bench.world.sender.sent().len(), 1, "above the total");
    assert_eq!(bench.next_due().await, None, "it is dropped");
}

/// A notice that cannot be counted is not lost.
#[tokio::test]
async fn a_notice_waits_until_it_can_be_counted() {
    let bench = told(|| Ok(()), |world| world.rules.quota = Some(once_per(60)));
    bench.world.ports.limits.set_failing(true);
    bench.deliver().await;
    assert!(bench.world.sender.sent().is_empty());
    bench.world.mend();
    bench.world.pass(60);
    bench.deliver().await;
    assert_eq!(bench.world.sender.sent().len(), 1);
}

/// Nobody delivers to the phone number in this world, and the operator need not hear of it.
#[tokio::test]
async fn a_notice_that_nobody_delivers_is_dropped() {
    let mut bench = Bench::new(|| Ok(()));
    bench.world.rules.owners_are_told = true;
    let person = bench.world.person(samples::SampleAccount::new().with_phone_number());
    tell(&bench, &person);
    assert_eq!(bench.deliver().await, 1);
    assert!(bench.world.sender.sent().is_empty());
    assert_eq!(bench.next_due().await, None);
}

/// Accounts that are older than the rules for numbers, and those that operators make, may have other ones.
#[tokio::test]
async fn a_notice_goes_to_numbers_that_can_be_mobile_only() {
    for (number, sent) in [
        ("+1 900 234 5678", 0),
        ("+881 612345678", 0),
        ("+86 10 6552 9988", 0),
        ("+1 800 234 5678", 0),
        ("+86 130 0000 0007", 1),
    ] {
        let mut bench = Bench::new(|| Ok(()));
        bench.world.rules.owners_are_told = true;
        let texts = bench.world.deliver_texts();
        let address = PhoneNumberScheme::default().recognise(number).expect(number);
        let person = bench.world.person(samples::SampleAccount::new().with_address(address));
        tell(&bench, &person);
        assert_eq!(bench.deliver().await, 1, "{number}");
        assert_eq!(texts.sent().len(), sent, "{number}");
        assert_eq!(bench.next_due().await, None, "{number}: it is sent or dropped");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_wakes_the_worker() {
    let mut world = World::new();
    world.rules.owners_are_told = true;
    let ann = world.ann();
    let worker = tokio::spawn(world.deliver_messages().run(std::future::pending()));
    tokio::time::sleep(Duration::from_secs(1)).await; // until it sleeps too
    world.end_sessions().all(&world.caller(&ann), &ann.origin()).await.expect("she has one");
    // The paused clock moves on, far less than the worker sleeps.
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(world.sender.sent().len(), 1, "sent by a worker that would have slept for seconds");
    worker.abort();
}
