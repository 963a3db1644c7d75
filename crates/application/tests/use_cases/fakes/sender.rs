//! Messages.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use auth_domain::messages::{Channel, Lane, OutgoingMessage};
use auth_ports::{MessageSender, SendError};
use tokio::sync::watch;

/// Sends nothing. It keeps the messages that it was given, and answers as told.
pub(crate) struct FakeSender {
    channel: Channel,
    sent: Mutex<Vec<OutgoingMessage>>,
    answer: Mutex<fn() -> Result<(), SendError>>,
    takes: Mutex<Duration>,
    /// Receivers that do not answer as long as they are in here.
    hanging: watch::Sender<HashSet<String>>,
}

impl FakeSender {
    /// How many messages it takes at once.
    pub(crate) const PLACES: u16 = 8;

    pub(crate) fn by(channel: Channel) -> Self {
        let hanging = watch::Sender::new(HashSet::new());
        Self { channel, sent: Mutex::default(), answer: Mutex::new(|| Ok(())), takes: Mutex::default(), hanging }
    }

    pub(crate) fn answer_with(&self, answer: fn() -> Result<(), SendError>) {
        *self.answer.lock().expect("not poisoned") = answer;
    }

    /// From now on, each message takes this long.
    pub(crate) fn take(&self, span: Duration) {
        *self.takes.lock().expect("not poisoned") = span;
    }

    /// Makes a receiver hang from now on: a domain, or "" for the vendor of text messages.
    pub(crate) fn hang(&self, receiver: &str) {
        self.hanging.send_if_modified(|hanging| hanging.insert(receiver.to_owned()));
    }

    /// Makes a receiver answer again, also to what it was given meanwhile.
    pub(crate) fn recover(&self, receiver: &str) {
        self.hanging.send_if_modified(|hanging| hanging.remove(receiver));
    }

    pub(crate) fn sent(&self) -> Vec<OutgoingMessage> {
        self.sent.lock().expect("not poisoned").clone()
    }

    /// How often messages to this receiver were sent.
    pub(crate) fn sent_to(&self, receiver: &str) -> usize {
        self.sent().iter().filter(|message| Lane::of(self.channel, &message.to).receiver == receiver).count()
    }
}

impl Default for FakeSender {
    fn default() -> Self {
        Self::by(Channel::EMAIL)
    }
}

#[async_trait]
impl MessageSender for FakeSender {
    fn channel(&self) -> Channel {
        self.channel
    }

    fn places(&self) -> u16 {
        Self::PLACES
    }

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        self.sent.lock().expect("not poisoned").push(message.clone());
        let takes = *self.takes.lock().expect("not poisoned");
        if !takes.is_zero() {
            tokio::time::sleep(takes).await; // the receiver's work
        }
        let receiver = Lane::of(self.channel, &message.to).receiver;
        let answers = |hanging: &HashSet<String>| !hanging.contains(&receiver);
        self.hanging.subscribe().wait_for(answers).await.expect("the sender lives");
        let answer = *self.answer.lock().expect("not poisoned");
        answer()
    }
}
