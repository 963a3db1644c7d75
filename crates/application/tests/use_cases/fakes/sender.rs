//! Messages.

use std::sync::Mutex;

use async_trait::async_trait;
use auth_domain::messages::{Channel, OutgoingMessage};
use auth_ports::{MessageSender, SendError};

/// Sends nothing. It keeps the messages that it was given, and answers as told.
pub(crate) struct FakeSender {
    sent: Mutex<Vec<OutgoingMessage>>,
    answer: Mutex<fn() -> Result<(), SendError>>,
}

impl FakeSender {
    pub(crate) fn answer_with(&self, answer: fn() -> Result<(), SendError>) {
        *self.answer.lock().expect("not poisoned") = answer;
    }

    pub(crate) fn sent(&self) -> Vec<OutgoingMessage> {
        self.sent.lock().expect("not poisoned").clone()
    }
}

impl Default for FakeSender {
    fn default() -> Self {
        Self { sent: Mutex::default(), answer: Mutex::new(|| Ok(())) }
    }
}

#[async_trait]
impl MessageSender for FakeSender {
    fn channel(&self) -> Channel {
        Channel::EMAIL
    }

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        self.sent.lock().expect("not poisoned").push(message.clone());
        let answer = *self.answer.lock().expect("not poisoned");
        answer()
    }
}
