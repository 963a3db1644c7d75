//! Delivering messages: at once, again after failures under the same id, and never after the code has expired.

use std::time::Duration;

use auth_application::verification::{SendCodeCommand, Target};
use auth_contracts::samples;
use auth_domain::identifier::IdentifierKind;
use auth_domain::verifications::VerificationCode;
use auth_ports::{Clock as _, MessageQueue as _, SendError, SendOutcome, VerificationStore as _};
use chrono::TimeDelta;

use crate::world::World;

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
    assert_eq!(sent[0].code.expose(), VerificationCode::derive(&bench.world.key, verification).expose());
    assert_eq!(bench.deliver().await, 0, "a delivered message is not sent again");
    assert_eq!(bench.world.stores.next_due().await.expect("memory answers"), None);
}

#[tokio::test]
async fn comes_again_later_and_later_under_the_same_id() {
    let bench = Bench::new(temporary);
    bench.queue().await;
    let mut pauses = Vec::new();
    for _ in 0..5 {
        assert_eq!(bench.deliver().await, 1);
        let due = bench.world.stores.next_due().await.expect("memory answers").expect("it waits");
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
    assert_eq!(bench.world.stores.next_due().await.expect("memory answers"), None);
}

#[tokio::test]
async fn is_given_up_when_it_is_refused_for_good() {
    let bench = Bench::new(permanent);
    bench.queue().await;
    bench.deliver().await;
    assert_eq!(bench.world.stores.next_due().await.expect("memory answers"), None);
}

#[tokio::test]
async fn is_tried_again_when_the_worker_died_over_it() {
    let bench = Bench::new(|| Ok(()));
    bench.queue().await;
    let now = bench.world.clock.now();
    bench.world.stores.claim_due(now, now + TimeDelta::seconds(60), 10).await.expect("claimed by a worker that dies");
    assert_eq!(bench.deliver().await, 0, "it is leased");
    bench.world.clock.advance(TimeDelta::seconds(60));
    assert_eq!(bench.deliver().await, 1);
    assert_eq!(bench.world.sender.sent().len(), 1);
}

/// The clock of the runtime advances only while everything sleeps, so a task that is woken runs at once.
#[tokio::test(start_paused = true)]
async fn a_wish_for_a_code_wakes_the_worker() {
    let world = World::new();
    let worker = world.deliver_messages();
    let worker = tokio::spawn(worker.run(std::future::pending()));
    tokio::time::sleep(Duration::from_secs(1)).await; // until it sleeps too
    let wish = SendCodeCommand {
        kind: IdentifierKind::EMAIL,
        address: "ann@example.com".to_owned(),
        target: Target::Any,
        holder: None,
        present: None,
        language: None,
        origin: samples::sample_origin(),
    };
    world.send_code().run(wish).await.expect("a code");
    // The paused clock moves on, far less than the worker sleeps.
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(world.sender.sent().len(), 1, "sent by a worker that would have slept for seconds");
    worker.abort();
}
