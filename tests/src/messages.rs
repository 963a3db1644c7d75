//! What the service would have sent, as profile `local` prints it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

/// Longer than any delivery takes, so that it ends a test that would otherwise hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// A printed message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// `sms` or `email`.
    pub channel: String,
    /// The address as the client wrote it.
    pub to: String,
    /// Six digits.
    pub code: String,
    /// `zh` or `en`.
    pub language: String,
    /// The whole line.
    pub line: String,
}

impl Message {
    /// Reads a line such as `message channel=sms to="+86 13000000000" code=123456 language=zh`.
    fn parse(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("message ")?;
        let quoted = rest.split_once("to=\"")?.1;
        let field = |name: &str| {
            let value = rest.split_once(&format!("{name}="))?.1;
            value.split(' ').next().map(str::to_owned)
        };
        Some(Self {
            channel: field("channel")?,
            to: quoted.split('"').next()?.to_owned(),
            code: field("code")?,
            language: field("language")?,
            line: line.to_owned(),
        })
    }
}

/// All messages of one service. Clones see the same messages.
#[derive(Debug, Clone)]
pub struct Messages {
    state: Arc<Mutex<State>>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    text: String,
    unfinished: Vec<u8>,
    all: Vec<Message>,
    taken: Vec<usize>,
}

impl Default for Messages {
    fn default() -> Self {
        Self { state: Arc::default(), changed: watch::Sender::new(()) }
    }
}

impl Messages {
    /// Everything that was written so far, which the service prints to standard output.
    #[must_use]
    pub fn text(&self) -> String {
        self.lock().text.clone()
    }

    /// All messages so far.
    #[must_use]
    pub fn all(&self) -> Vec<Message> {
        self.lock().all.clone()
    }

    /// Waits for and returns the oldest message to this address that no call has returned before.
    ///
    /// # Panics
    /// If none arrives.
    pub async fn next_to(&self, address: &str) -> Message {
        let mut changed = self.changed.subscribe();
        let arrival = async {
            loop {
                if let Some(message) = self.lock().take(address) {
                    return message;
                }
                let _ = changed.changed().await;
            }
        };
        match tokio::time::timeout(PATIENCE, arrival).await {
            Ok(message) => message,
            Err(_) => panic!("no message to {address}; all messages: {:#?}", self.all()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, address: &str) -> Option<Message> {
        let fits = |(index, message): &(usize, &Message)| message.to == address && !self.taken.contains(index);
        let (index, message) = self.all.iter().enumerate().find(fits)?;
        let message = message.clone();
        self.taken.push(index);
        Some(message)
    }
}

impl Write for Messages {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.lock();
        state.text.push_str(&String::from_utf8_lossy(bytes));
        state.unfinished.extend_from_slice(bytes);
        while let Some(end) = state.unfinished.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = state.unfinished.drain(..=end).collect();
            state.all.extend(Message::parse(String::from_utf8_lossy(&line).trim_end()));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.changed.send_replace(());
        Ok(())
    }
}
