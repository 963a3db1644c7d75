//! Promises of `MessageSender`. They are stamped on a [`Probe`]: a sender with a receiver that a test can look into.
//! Those of senders that talk to a server are in [`remote`].

pub mod remote;
mod sample;

use std::sync::Arc;
use std::time::Duration;

use auth_domain::messages::{Channel, Content, Notice, NoticeKind, OutgoingMessage};
use auth_ports::MessageSender;

pub use sample::{assert_discreet, assert_permanent, assert_temporary, code_of, message, notice, words_of};

/// Stamps the promises of `MessageSender` into an adapter's tests. The argument is the type of a
/// [`Probe`](crate::senders::Probe).
#[macro_export]
macro_rules! senders {
    ($probe:ty) => {
        $crate::stamp_on!(
            senders,
            $probe,
            [
                serves_its_channel,
                delivers_address_code_and_id,
                delivers_notices_without_a_code,
                repeats_under_the_same_id_and_with_the_same_words,
                a_failure_for_now_is_temporary_and_the_next_attempt_succeeds,
                concurrent_messages_arrive_whole_and_once,
            ]
        );
    };
}

/// The time limit for tests in which the answer comes: far more than it takes.
pub const PATIENT: Duration = Duration::from_secs(30);

/// A message as it arrived.
#[derive(Debug)]
pub struct Delivery {
    /// The id by which repetitions are recognised.
    pub id: String,
    /// The address that the message went to.
    pub to: String,
    /// Everything else that arrived.
    pub content: String,
}

/// A sender with a receiver that the test can inspect and disturb.
pub trait Probe: Sized {
    /// What the sender carries messages by.
    const CHANNEL: Channel;

    /// Starts a receiver and makes a sender to it. `limit` is the sender's time limit for one message.
    fn start(limit: Duration) -> impl Future<Output = Self>;

    /// The sender.
    fn sender(&self) -> Arc<dyn MessageSender>;

    /// What arrived so far, in order.
    fn deliveries(&self) -> Vec<Delivery>;

    /// From now on the receiver refuses temporarily.
    fn fail_for_now(&self);

    /// From now on the receiver accepts.
    fn recover(&self);
}

fn assert_arrived(delivery: &Delivery, message: &OutgoingMessage) {
    assert_addressed(delivery, message);
    assert!(delivery.content.contains(code_of(message)), "the code: {delivery:?}");
}

fn assert_addressed(delivery: &Delivery, message: &OutgoingMessage) {
    assert_eq!(delivery.id, message.id.to_string(), "the id");
    let addresses = [message.address_as_sent.as_str(), message.to.canonical(), message.to.shown()];
    assert!(addresses.contains(&delivery.to.as_str()), "the address: {delivery:?}");
}

/// The queue finds a sender by its channel.
pub async fn serves_its_channel<P: Probe>() {
    assert_eq!(P::start(PATIENT).await.sender().channel(), P::CHANNEL);
}

/// What the person needs arrives, and what the receiver needs to recognise a repetition.
pub async fn delivers_address_code_and_id<P: Probe>() {
    let probe = P::start(PATIENT).await;
    for n in 0..2 {
        let message = message(P::CHANNEL, n);
        probe.sender().send(&message).await.expect("delivered");
        assert_arrived(&probe.deliveries()[usize::from(n)], &message);
    }
}

/// A notice goes the same way as a code. Notices of different kinds arrive as different messages, so that their receiver
/// learns what happened.
pub async fn delivers_notices_without_a_code<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let bound = notice(P::CHANNEL, 1);
    let renamed = Content::Notice(Notice::of(NoticeKind::UsernameChanged));
    let renamed = OutgoingMessage { content: renamed, ..bound.clone() };
    for (place, sent) in [bound, renamed].iter().enumerate() {
        probe.sender().send(sent).await.expect("delivered");
        assert_addressed(&probe.deliveries()[place], sent);
    }
    let deliveries = probe.deliveries();
    assert_ne!(deliveries[0].content, deliveries[1].content, "what happened");
    let code = message(P::CHANNEL, 1);
    assert!(deliveries.iter().all(|delivery| !delivery.content.contains(code_of(&code))), "a code in a notice");
}

/// An answer that was lost is followed by the same message.
pub async fn repeats_under_the_same_id_and_with_the_same_words<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let message = message(P::CHANNEL, 1);
    for _ in 0..2 {
        probe.sender().send(&message).await.expect("delivered");
    }
    let deliveries = probe.deliveries();
    assert_eq!(deliveries[0].id, deliveries[1].id);
    assert_eq!(deliveries[0].content, deliveries[1].content);
}

/// Nothing stays broken after a failure.
pub async fn a_failure_for_now_is_temporary_and_the_next_attempt_succeeds<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let message = message(P::CHANNEL, 1);
    probe.fail_for_now();
    let error = assert_temporary(probe.sender().send(&message).await);
    assert_discreet(&words_of(&error), &message);
    probe.recover();
    probe.sender().send(&message).await.expect("delivered");
    assert_arrived(probe.deliveries().last().expect("one"), &message);
}

/// Messages do not mix.
pub async fn concurrent_messages_arrive_whole_and_once<P: Probe>() {
    const MESSAGES: u8 = 40;
    let probe = P::start(PATIENT).await;
    let mut sends = tokio::task::JoinSet::new();
    for n in 0..MESSAGES {
        let sender = probe.sender();
        sends.spawn(async move { sender.send(&message(P::CHANNEL, n)).await });
    }
    assert!(sends.join_all().await.iter().all(Result::is_ok));
    let deliveries = probe.deliveries();
    assert_eq!(deliveries.len(), usize::from(MESSAGES));
    for n in 0..MESSAGES {
        let message = message(P::CHANNEL, n);
        let mut own = deliveries.iter().filter(|delivery| delivery.id == message.id.to_string());
        assert_arrived(own.next().expect("arrived"), &message);
    }
}
