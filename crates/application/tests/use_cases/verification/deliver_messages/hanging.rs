//! Receivers that hang delay nobody else. The clock of the runtime advances only while everything sleeps, so what is ready
//! to be sent is sent within the millisecond that these tests wait.

use std::sync::Arc;
use std::time::Duration;

use auth_application::verification::BreakerState;
use auth_domain::identifier::IdentifierKind;
use auth_domain::messages::{Channel, Lane, OutgoingMessage};
use auth_ports::{ClaimMessages, Clock as _, FreePlaces, MessageQueue as _, SendError};
use chrono::TimeDelta;
use tokio::task::JoinHandle;

use crate::fakes::FakeSender;
use crate::verification::send_code::to;
use crate::world::World;

const HALF: usize = FakeSender::PLACES as usize / 2;
/// Longer than anything but a look at the queue takes on a clock that stands still.
const AT_ONCE: Duration = Duration::from_millis(1);
/// The longest delivery.
const LONGEST: Duration = Duration::from_secs(50);
/// As long as a delivery may take that is not slow.
const QUICK: Duration = Duration::from_millis(500);

/// A world with a worker.
struct Post {
    world: World,
    worker: JoinHandle<()>,
    asked: usize,
}

impl Post {
    fn new() -> Self {
        Self::of(World::new())
    }

    /// Text messages are delivered, too.
    fn with_texts() -> (Self, Arc<FakeSender>) {
        let mut world = World::new();
        let texts = world.deliver_texts();
        (Self::of(world), texts)
    }

    fn of(world: World) -> Self {
        let worker = tokio::spawn(world.deliver_messages().run(std::future::pending()));
        Self { world, worker, asked: 0 }
    }

    /// Asks for a code to this address, and waits for a moment.
    async fn ask(&mut self, kind: IdentifierKind, address: &str) {
        self.world.send_code().run(to(kind, address)).await.expect("a code");
        tokio::time::sleep(AT_ONCE).await; // the worker's turn, on the paused clock
    }

    /// The same for somebody new at this domain.
    async fn ask_at(&mut self, domain: &str) {
        self.asked += 1;
        let address = format!("person-{}@{domain}", self.asked);
        self.ask(IdentifierKind::EMAIL, &address).await;
    }

    fn state_of(&self, receiver: &str) -> (u16, BreakerState) {
        let lane = Lane { channel: Channel::EMAIL, receiver: receiver.to_owned() };
        let lanes = self.world.handover.places().lanes();
        let state = lanes.into_iter().find(|state| state.lane == lane);
        state.map_or((0, BreakerState::Closed), |state| (state.on_the_way, state.breaker))
    }

    /// How many messages wait in the queue, whoever has leased them.
    fn queued(&self) -> usize {
        self.world.stores.queued().len()
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_hangs_delays_no_other() {
    let mut post = Post::new();
    post.world.sender.hang("slow.example");
    for number in 0..40 {
        post.ask_at("slow.example").await;
        post.ask_at("fine.example").await;
        assert_eq!(post.world.sender.sent_to("fine.example"), number + 1, "sent at once, after {number} others");
    }
    assert!(post.world.sender.sent_to("slow.example") <= HALF, "it has half of the places at most");
    // Nor one that has taken no message yet, although the one that hangs has all places of such domains at first.
    post.ask_at("new.example").await;
    tokio::time::sleep(QUICK * 2).await; // the paused clock moves on
    assert_eq!(post.world.sender.sent_to("new.example"), 1);
}

/// Neither do all of them keep those waiting whose domain has taken a message of late.
#[tokio::test(start_paused = true)]
async fn any_number_of_domains_that_hang_delays_none_that_is_known() {
    let mut post = Post::new();
    post.ask_at("known.example").await;
    for number in 0..100 {
        let domain = format!("slow-{number}.example");
        post.world.sender.hang(&domain);
        post.ask_at(&domain).await;
        if number % 10 == 0 {
            post.ask_at("known.example").await;
        }
    }
    assert_eq!(post.world.sender.sent_to("known.example"), 11, "each at once");
    // A newcomer waits for its turn, but not for the others' time-outs.
    post.ask_at("new.example").await;
    tokio::time::sleep(QUICK * 100).await; // the paused clock moves on
    assert_eq!(post.world.sender.sent_to("new.example"), 1);
}

#[tokio::test(start_paused = true)]
async fn mail_that_hangs_delays_no_text_messages() {
    let (mut post, texts) = Post::with_texts();
    for number in 0..40 {
        let domain = format!("slow-{}.example", number % 20);
        post.world.sender.hang(&domain);
        post.ask_at(&domain).await;
    }
    post.ask(IdentifierKind::PHONE_NUMBER, "+86 13000000001").await;
    assert_eq!(texts.sent().len(), 1, "sent at once");
}

/// A vendor may use all places of its channel, and none of others.
#[tokio::test(start_paused = true)]
async fn text_messages_that_hang_delay_no_mail() {
    let (mut post, texts) = Post::with_texts();
    texts.hang("");
    for number in 0..40 {
        post.ask(IdentifierKind::PHONE_NUMBER, &format!("+86 130000000{number:02}")).await;
    }
    assert_eq!(texts.sent().len(), usize::from(FakeSender::PLACES));
    post.ask_at("fine.example").await;
    assert_eq!(post.world.sender.sent().len(), 1, "sent at once");
    texts.recover("");
    tokio::time::sleep(QUICK).await; // the paused clock moves on
    assert_eq!((texts.sent().len(), post.queued()), (40, 0));
}

/// One that hangs makes room for others after half a second; few may go on.
#[tokio::test(start_paused = true)]
async fn what_hangs_makes_room() {
    let mut post = Post::new();
    post.world.sender.hang("slow.example");
    for _ in 0..HALF {
        post.ask_at("slow.example").await;
    }
    assert_eq!(post.state_of("slow.example"), (HALF as u16, BreakerState::Closed));
    tokio::time::sleep(QUICK).await; // the paused clock moves on
    assert_eq!(post.state_of("slow.example").0, 2, "two of them may go on");
    post.world.sender.recover("slow.example");
    post.world.pass(2);
    tokio::time::sleep(QUICK * 10).await; // those that made room come again
    assert_eq!(post.queued(), 0, "nothing is lost");
}

/// A server that takes its time for everybody hangs for nobody.
#[tokio::test(start_paused = true)]
async fn what_is_slow_for_everybody_is_not_slow() {
    let mut post = Post::new();
    post.world.sender.take(Duration::from_secs(2));
    post.ask_at("fine.example").await;
    tokio::time::sleep(Duration::from_secs(3)).await; // it is learnt how long it takes
    for _ in 0..HALF {
        post.ask_at("fine.example").await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await; // on the paused clock
    assert_eq!(post.world.sender.sent().len(), HALF + 1, "each was sent once");
    assert_eq!(post.queued(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_hangs_repeatedly_is_left_alone_until_one_message_arrives() {
    let mut post = Post::new();
    post.world.sender.hang("slow.example");
    for _ in 0..10 {
        post.ask_at("slow.example").await;
    }
    tokio::time::sleep(LONGEST * 2).await; // the paused clock moves on, but not the world's
    assert_eq!(post.state_of("slow.example"), (0, BreakerState::Open));
    let before = post.world.sender.sent_to("slow.example");
    post.world.pass(4);
    post.ask_at("slow.example").await;
    tokio::time::sleep(LONGEST).await; // on the paused clock
    assert_eq!(post.world.sender.sent_to("slow.example"), before, "it is left alone");
    post.world.pass(1);
    tokio::time::sleep(LONGEST / 2).await; // until the worker looks again
    assert_eq!(post.world.sender.sent_to("slow.example"), before + 1, "one message finds out");
    assert_eq!(post.state_of("slow.example"), (1, BreakerState::HalfOpen));
    tokio::time::sleep(LONGEST).await; // until it is given up
    assert_eq!(post.state_of("slow.example"), (0, BreakerState::Open), "it still hangs: a longer pause");
    post.world.sender.recover("slow.example");
    post.world.pass(10);
    tokio::time::sleep(Duration::from_secs(20)).await; // until the worker looks again
    assert_eq!(post.state_of("slow.example"), (0, BreakerState::Closed));
    assert_eq!(post.queued(), 0, "and then all the others go");
}

/// A domain that answers, whatever it says, does not hang.
#[tokio::test(start_paused = true)]
async fn a_domain_that_refuses_is_not_left_alone() {
    let mut post = Post::new();
    post.world.sender.answer_with(|| Err(SendError::Temporary("come back later".into())));
    for _ in 0..10 {
        post.ask_at("grey.example").await;
    }
    assert_eq!(post.state_of("grey.example"), (0, BreakerState::Closed));
    assert_eq!(post.world.sender.sent_to("grey.example"), 10, "each was tried");
}

/// A code goes straight from the request to the worker; the queue is for crashes.
#[tokio::test(start_paused = true)]
async fn a_code_is_sent_while_the_queue_cannot_be_read() {
    let mut post = Post::new();
    tokio::time::sleep(AT_ONCE).await; // the first look at the queue
    post.world.without(|ports| &ports.messages);
    post.ask_at("fine.example").await;
    assert_eq!(post.world.sender.sent().len(), 1);
    post.world.mend();
    let now = post.world.clock.now();
    let claim = |now| ClaimMessages { now, leased_until: now, places: FreePlaces::of_each_channel(9) };
    assert!(post.world.stores.claim_due(claim(now)).await.expect("memory answers").is_empty(), "it is leased");
    let after = now + TimeDelta::seconds(60);
    let left = post.world.stores.claim_due(claim(after)).await.expect("memory answers");
    assert_eq!(left.len(), 1, "that it arrived could not be stored, so it comes again after its lease");
}

/// A code that has no place is queued, and gets the first one that is free.
#[tokio::test(start_paused = true)]
async fn a_code_without_a_place_is_claimed_when_there_is_one() {
    let mut post = Post::new();
    post.world.sender.take(QUICK / 5);
    for _ in 0..HALF + 3 {
        post.ask_at("busy.example").await;
    }
    assert_eq!(post.world.sender.sent().len(), HALF, "the places of one domain");
    tokio::time::sleep(QUICK).await; // the paused clock moves on
    assert_eq!(post.world.sender.sent().len(), HALF + 3);
    assert_eq!(post.queued(), 0);
}

/// What was tried before waits for fresh codes.
#[tokio::test(start_paused = true)]
async fn fresh_codes_go_before_retries() {
    let mut post = Post::new();
    post.world.sender.answer_with(|| Err(SendError::Temporary("come back later".into())));
    for _ in 0..HALF {
        post.ask_at("busy.example").await;
    }
    post.world.sender.answer_with(|| Ok(()));
    post.world.sender.take(QUICK / 5);
    for _ in 0..HALF * 2 {
        post.ask_at("busy.example").await;
    }
    post.world.pass(5); // the retries are due, and have been for longer than any fresh code
    tokio::time::sleep(QUICK).await; // the paused clock moves on
    let numbers: Vec<_> = post.world.sender.sent().iter().skip(HALF).map(number).collect();
    let (fresh, retries) = numbers.split_at(HALF * 2);
    assert!(fresh.iter().all(|number| *number > HALF), "{numbers:?}");
    assert!(retries.iter().all(|number| *number <= HALF), "{numbers:?}");
}

fn number(message: &OutgoingMessage) -> usize {
    let digits: String = message.to.canonical().chars().filter(char::is_ascii_digit).collect();
    digits.parse().expect("a number")
}

/// Nobody knows what the store did before it failed; the place is free at once, and a message would be looked for.
#[tokio::test(start_paused = true)]
async fn a_request_that_fails_keeps_no_place() {
    let mut post = Post::new();
    post.world.without(|ports| &ports.verifications);
    for _ in 0..FakeSender::PLACES * 2 {
        let wish = to(IdentifierKind::EMAIL, "ann@fine.example");
        assert!(post.world.send_code().run(wish).await.is_err());
    }
    assert_eq!(post.state_of("fine.example").0, 0);
    post.world.mend();
    post.ask_at("fine.example").await;
    assert_eq!(post.world.sender.sent().len(), 1);
}
