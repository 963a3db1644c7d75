//! Promises of senders that talk to a server, beside those of every sender.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_ports::{MessageSender, SendError};

use super::{PATIENT, Probe, assert_discreet, assert_permanent, assert_temporary, code_of, message, words_of};

/// Stamps the promises of `MessageSender` for senders that talk to a server, beside [`senders!`](crate::senders!). The
/// argument is the type of a [`RemoteProbe`](crate::remote_senders::RemoteProbe).
#[macro_export]
macro_rules! remote_senders {
    ($probe:ty) => {
        $crate::stamp_on!(
            remote_senders,
            $probe,
            [
                a_refusal_for_good_is_permanent_and_quotes_nothing,
                a_lost_answer_is_temporary_and_the_repetition_has_the_same_id,
                silence_ends_at_the_limit_and_is_temporary,
                nobody_there_is_temporary,
                a_receiver_is_tried_without_a_message,
                events_hold_neither_code_nor_address,
            ]
        );
    };
}

/// The time limit for tests in which the answer never comes.
const IMPATIENT: Duration = Duration::from_millis(200);

/// A probe whose receiver is a server.
pub trait RemoteProbe: Probe {
    /// From now on the receiver refuses permanently, and its refusal contains `quote`.
    fn refuse_for_good(&self, quote: &str);

    /// From now on messages are accepted, but the answer is lost.
    fn lose_answers(&self);

    /// From now on the receiver is silent.
    fn hang(&self);

    /// A sender to an address where nobody listens.
    fn to_nobody() -> Arc<dyn MessageSender>;
}

/// What a server says of a message may quote it.
pub async fn a_refusal_for_good_is_permanent_and_quotes_nothing<P: RemoteProbe>() {
    let probe = P::start(PATIENT).await;
    let message = message(P::CHANNEL, 1);
    probe.refuse_for_good(&format!("{} for {}", code_of(&message), message.to.shown()));
    let error = assert_permanent(probe.sender().send(&message).await);
    assert_discreet(&words_of(&error), &message);
}

/// The receiver can tell that it has the message already.
pub async fn a_lost_answer_is_temporary_and_the_repetition_has_the_same_id<P: RemoteProbe>() {
    let probe = P::start(PATIENT).await;
    let message = message(P::CHANNEL, 1);
    probe.lose_answers();
    assert_temporary(probe.sender().send(&message).await);
    probe.recover();
    probe.sender().send(&message).await.expect("delivered");
    let ids: Vec<String> = probe.deliveries().into_iter().map(|delivery| delivery.id).collect();
    assert_eq!(ids, [message.id.to_string(), message.id.to_string()]);
}

/// A sender has a time limit of its own.
pub async fn silence_ends_at_the_limit_and_is_temporary<P: RemoteProbe>() {
    let probe = P::start(IMPATIENT).await;
    let message = message(P::CHANNEL, 1);
    probe.hang();
    let result = tokio::time::timeout(PATIENT, probe.sender().send(&message)).await;
    let error = assert_temporary(result.expect("the sender has its own limit"));
    assert_discreet(&words_of(&error), &message);
}

/// The error says that the connection was refused.
pub async fn nobody_there_is_temporary<P: RemoteProbe>() {
    let error = assert_temporary(P::to_nobody().send(&message(P::CHANNEL, 1)).await);
    assert!(words_of(&error).contains("refused"), "says why: {error:?}");
}

/// Whoever is there is found, and gets nothing, if the sender can tell.
pub async fn a_receiver_is_tried_without_a_message<P: RemoteProbe>() {
    let probe = P::start(PATIENT).await;
    let Some(found) = probe.sender().try_receiver().await else { return };
    found.expect("somebody is there");
    assert!(probe.deliveries().is_empty());
    let nobody = P::to_nobody().try_receiver().await.expect("it can be told").expect_err("nobody is there");
    assert!(format!("{nobody:?}").contains("refused"), "says why: {nobody:?}");
}

/// This includes the libraries that the sender uses: one of them with its log switched on would print whole messages.
pub async fn events_hold_neither_code_nor_address<P: RemoteProbe>() {
    let log = Captured::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(log.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    tracing::trace!("capturing");
    let probe = P::start(PATIENT).await;
    let message = message(P::CHANNEL, 1);
    probe.sender().send(&message).await.expect("delivered");
    probe.refuse_for_good(&format!("{} for {}", code_of(&message), message.to.shown()));
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
