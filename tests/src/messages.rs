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
        Some(Self {
            channel: field(rest, "channel")?,
            to: quoted(rest)?,
            code: field(rest, "code")?,
            language: field(rest, "language")?,
            line: line.to_owned(),
        })
    }
}

/// A printed notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedNotice {
    /// `sms` or `email`.
    pub channel: String,
    /// The address.
    pub to: String,
    /// What happened, such as `password_changed`.
    pub kind: String,
    /// `zh` or `en`.
    pub language: String,
    /// The whole line.
    pub line: String,
}

impl PrintedNotice {
    /// Reads a line such as `message channel=sms to="+86 13000000000" notice=password_changed language=zh`.
    fn parse(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("message ")?;
        Some(Self {
            channel: field(rest, "channel")?,
            to: quoted(rest)?,
            kind: field(rest, "notice")?,
            language: field(rest, "language")?,
            line: line.to_owned(),
        })
    }
}

fn field(line: &str, name: &str) -> Option<String> {
    let value = line.split_once(&format!("{name}="))?.1;
    value.split(' ').next().map(str::to_owned)
}

fn quoted(line: &str) -> Option<String> {
    line.split_once("to=\"")?.1.split('"').next().map(str::to_owned)
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
    notices: Vec<PrintedNotice>,
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

    /// All messages with codes so far.
    #[must_use]
    pub fn all(&self) -> Vec<Message> {
        self.lock().all.clone()
    }

    /// The notices to this address so far.
    #[must_use]
    pub fn notices_to(&self, address: &str) -> Vec<PrintedNotice> {
        self.lock().notices.iter().filter(|notice| notice.to == address).cloned().collect()
    }

    /// Waits until this many notices have come to this address, and returns their kinds in the order of the alphabet:
    /// messages that wait at the same time may overtake each other.
    ///
    /// # Panics
    /// If fewer arrive.
    pub async fn kinds_of_notices_to(&self, address: &str, count: usize) -> Vec<String> {
        let mut changed = self.changed.subscribe();
        let arrival = async {
            loop {
                let notices = self.notices_to(address);
                if notices.len() >= count {
                    let mut kinds: Vec<_> = notices.into_iter().map(|notice| notice.kind).collect();
                    kinds.sort();
                    return kinds;
                }
                let _ = changed.changed().await;
            }
        };
        match tokio::time::timeout(PATIENCE, arrival).await {
            Ok(kinds) => kinds,
            Err(_) => panic!("fewer than {count} notices to {address}: {:#?}", self.notices_to(address)),
        }
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
            let line = String::from_utf8_lossy(&line);
            state.all.extend(Message::parse(line.trim_end()));
            state.notices.extend(PrintedNotice::parse(line.trim_end()));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.changed.send_replace(());
        Ok(())
    }
}
