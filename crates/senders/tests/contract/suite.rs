//! The sender contract: one test per promise. [`sender_contract!`] stamps it on any sender,
//! [`remote_sender_contract!`] on those that talk to a server.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_domain::messages::{Channel, OutgoingMessage};
use auth_ports::{MessageSender, SendError};

use crate::messages::{assert_discreet, assert_permanent, assert_temporary, message, words_of};

/// The time limit for tests in which the answer comes: far more than it takes.
pub(crate) const PATIENT: Duration = Duration::from_secs(30);
/// The time limit for tests in which the answer never comes.
const IMPATIENT: Duration = Duration::from_millis(200);

/// A message as it arrived.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// The id by which repetitions are recognised.
    pub(crate) id: String,
    /// The address that the message went to.
    pub(crate) to: String,
    /// Everything else that arrived.
    pub(crate) content: String,
}

/// A sender with a receiver that the test can inspect and disturb.
pub(crate) trait Probe: Sized {
    const CHANNEL: Channel;
    /// `limit` is the sender's time limit for one message.
    async fn start(limit: Duration) -> Self;
    fn sender(&self) -> Arc<dyn MessageSender>;
    fn deliveries(&self) -> Vec<Delivery>;
    /// From now on the receiver refuses temporarily.
    fn fail_for_now(&self);
    fn recover(&self);
}

/// A probe whose receiver is a server.
pub(crate) trait RemoteProbe: Probe {
    /// From now on the receiver refuses permanently, and its refusal contains `quote`.
    fn refuse_for_good(&self, quote: &str);
    /// From now on messages are accepted, but the answer is lost.
    fn lose_answers(&self);
    /// From now on the receiver is silent.
    fn hang(&self);
    /// A sender to an address where nobody listens.
    fn to_nobody() -> Arc<dyn MessageSender>;
}

fn assert_arrived(delivery: &Delivery, message: &OutgoingMessage) {
    assert_eq!(delivery.id, message.id.to_string());
    let addresses = [message.address_as_sent.as_str(), message.to.canonical(), message.to.shown()];
    assert!(addresses.contains(&delivery.to.as_str()), "{delivery:?}");
    assert!(delivery.content.contains(message.code.expose()), "{delivery:?}");
}

pub(crate) async fn serves_its_channel<P: Probe>() {
    assert_eq!(P::start(PATIENT).await.sender().channel(), P::CHANNEL);
}

pub(crate) async fn delivers_address_code_and_id<P: Probe>() {
    let probe = P::start(PATIENT).await;
    for n in 0..2 {
        let message = message(P::CHANNEL, n);
        probe.sender().send(&message).await.expect("delivered");
        assert_arrived(&probe.deliveries()[usize::from(n)], &message);
    }
}

pub(crate) async fn repeats_under_the_same_id_and_with_the_same_words<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let message = message(P::CHANNEL, 1);
    for _ in 0..2 {
        probe.sender().send(&message).await.expect("delivered");
    }
    let deliveries = probe.deliveries();
    assert_eq!(deliveries[0].id, deliveries[1].id);
    assert_eq!(deliveries[0].content, deliveries[1].content);
}

pub(crate) async fn a_failure_for_now_is_temporary_and_the_next_attempt_succeeds<P: Probe>() {
    let probe = P::start(PATIENT).await;
    let message = message(P::CHANNEL, 1);
    probe.fail_for_now();
    let error = assert_temporary(probe.sender().send(&message).await);
    assert_discreet(&words_of(&error), &message);
    probe.recover();
    probe.sender().send(&message).await.expect("delivered");
    assert_arrived(probe.deliveries().last().expect("one"), &message);
}

pub(crate) async fn concurrent_messages_arrive_whole_and_once<P: Probe>() {
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

pub(crate) async fn a_refusal_for_good_is_permanent_and_quotes_nothing<P: RemoteProbe>() {
    let probe = P::start(PATIENT).await;
    let message = message(P::CHANNEL, 1);
    probe.refuse_for_good(&format!("{} for {}", message.code.expose(), message.to.shown()));
    let error = assert_permanent(probe.sender().send(&message).await);
    assert_discreet(&words_of(&error), &message);
}

pub(crate) async fn a_lost_answer_is_temporary_and_the_repetition_has_the_same_id<P: RemoteProbe>() {
    let probe = P::start(PATIENT).await;
    let message = message(P::CHANNEL, 1);
    probe.lose_answers();
    assert_temporary(probe.sender().send(&message).await);
    probe.recover();
    probe.sender().send(&message).await.expect("delivered");
    let ids: Vec<String> = probe.deliveries().into_iter().map(|delivery| delivery.id).collect();
    assert_eq!(ids, [message.id.to_string(), message.id.to_string()]);
}

pub(crate) async fn silence_ends_at_the_limit_and_is_temporary<P: RemoteProbe>() {
    let probe = P::start(IMPATIENT).await;
    let message = message(P::CHANNEL, 1);
    probe.hang();
    let result = tokio::time::timeout(PATIENT, probe.sender().send(&message)).await;
    let error = assert_temporary(result.expect("the sender has its own limit"));
    assert_discreet(&words_of(&error), &message);
}

pub(crate) async fn nobody_there_is_temporary<P: RemoteProbe>() {
    let error = assert_temporary(P::to_nobody().send(&message(P::CHANNEL, 1)).await);
    assert!(words_of(&error).contains("refused"), "says why: {error:?}");
}

/// This includes the libraries that the sender uses: one of them with its log switched on would print whole messages.
pub(crate) async fn events_hold_neither_code_nor_address<P: RemoteProbe>() {
    let log = Captured::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(log.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    tracing::trace!("capturing");
    let probe = P::start(PATIENT).await;
    let message = message(P::CHANNEL, 1);
    probe.sender().send(&message).await.expect("delivered");
    probe.refuse_for_good(&format!("{} for {}", message.code.expose(), message.to.shown()));
    assert!(matches!(probe.sender().send(&message).await, Err(SendError::Permanent(_))));
    assert!(log.text().contains("capturing"));
    assert_discreet(&log.text(), &message);
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("not poisoned")).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl tracing_subscriber::fmt::MakeWriter<'_> for Captured {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Stamps the promises of every sender on a [`Probe`].
macro_rules! sender_contract {
    ($probe:ty) => {
        crate::suite::stamp!($probe:
            serves_its_channel,
            delivers_address_code_and_id,
            repeats_under_the_same_id_and_with_the_same_words,
            a_failure_for_now_is_temporary_and_the_next_attempt_succeeds,
            concurrent_messages_arrive_whole_and_once,
        );
    };
}

/// Stamps the promises of senders that talk to a server on a [`RemoteProbe`].
macro_rules! remote_sender_contract {
    ($probe:ty) => {
        crate::suite::sender_contract!($probe);
        crate::suite::stamp!($probe:
            a_refusal_for_good_is_permanent_and_quotes_nothing,
            a_lost_answer_is_temporary_and_the_repetition_has_the_same_id,
            silence_ends_at_the_limit_and_is_temporary,
            nobody_there_is_temporary,
            events_hold_neither_code_nor_address,
        );
    };
}

macro_rules! stamp {
    ($probe:ty: $($promise:ident),+ $(,)?) => {
        $(#[tokio::test]
        async fn $promise() {
            crate::suite::$promise::<$probe>().await;
        })+
    };
}

pub(crate) use {remote_sender_contract, sender_contract, stamp};
