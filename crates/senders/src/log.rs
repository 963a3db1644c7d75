//! Profile `local`: messages go to a writer, where the developer reads them.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use auth_domain::messages::{Channel, Content, OutgoingMessage};
use auth_ports::{MessageSender, SendError};

/// Writes each message as one line:
///
/// ```text
/// message channel=sms to="+86 13000000000" code=123456 expires_in=600s language=zh id=…
/// message channel=sms to="+86 13000000000" notice=password_changed language=zh id=…
/// ```
///
/// `to` is the address as the client wrote it; unprintable characters, quotes and backslashes are escaped as in Rust.
/// The line is written at once and flushed under the lock, so lines of concurrent messages do not mix. Writing
/// blocks, so this is for a terminal and not for production.
pub struct LogSender {
    channel: Channel,
    out: Arc<Mutex<dyn Write + Send>>,
}

impl LogSender {
    /// Creates a sender for one channel. Several may share a writer.
    pub fn new(channel: Channel, out: Arc<Mutex<dyn Write + Send>>) -> Self {
        Self { channel, out }
    }

    fn write(&self, line: &str) -> io::Result<()> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(line.as_bytes())?;
        out.flush()
    }
}

#[async_trait]
impl MessageSender for LogSender {
    fn channel(&self) -> Channel {
        self.channel
    }

    /// # Errors
    /// Returns [`SendError::Temporary`] if the writer fails.
    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        self.write(&line(self.channel, message)).map_err(|e| SendError::Temporary(e.into()))
    }
}

fn line(channel: Channel, message: &OutgoingMessage) -> String {
    let content = match &message.content {
        Content::Code { code, ttl_minutes } => {
            format!("code={} expires_in={}s", code.expose(), u64::from(*ttl_minutes) * 60)
        }
        Content::Notice(notice) => format!("notice={}", notice.kind.name()),
    };
    format!(
        "message channel={} to={:?} {content} language={} id={}\n",
        channel.name(),
        message.address_as_sent,
        message.language.tag(),
        message.id,
    )
}
