//! The sender of profile `local`.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_contracts::senders::{Delivery, PATIENT, Probe, code_of, message};
use auth_domain::messages::{Channel, Language};
use auth_ports::MessageSender;
use auth_senders::LogSender;

auth_contracts::senders!(LogProbe);

/// A terminal that counts writes.
#[derive(Default)]
struct Terminal {
    shown: String,
    pending: String,
    writes: usize,
    broken: bool,
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.writes += 1;
        self.pending.push_str(std::str::from_utf8(bytes).expect("whole characters"));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        self.shown.push_str(&pending);
        Ok(())
    }
}

struct LogProbe {
    terminal: Arc<Mutex<Terminal>>,
    sender: Arc<LogSender>,
}

impl LogProbe {
    fn with<T>(&self, look: impl FnOnce(&mut Terminal) -> T) -> T {
        look(&mut self.terminal.lock().expect("not poisoned"))
    }

    fn shown(&self) -> String {
        self.with(|terminal| terminal.shown.clone())
    }
}

impl Probe for LogProbe {
    const CHANNEL: Channel = Channel::SMS;

    async fn start(_limit: Duration) -> Self {
        let terminal = Arc::new(Mutex::new(Terminal::default()));
        Self { sender: Arc::new(LogSender::new(Channel::SMS, terminal.clone())), terminal }
    }

    fn sender(&self) -> Arc<dyn MessageSender> {
        self.sender.clone()
    }

    fn deliveries(&self) -> Vec<Delivery> {
        let delivery = |line: &str| Delivery {
            id: line.split("id=").nth(1).expect("an id").to_owned(),
            to: line.split('"').nth(1).expect("quoted").to_owned(),
            content: line.to_owned(),
        };
        self.shown().lines().map(delivery).collect()
    }

    fn fail_for_now(&self) {
        self.with(|terminal| terminal.broken = true);
    }

    fn recover(&self) {
        self.with(|terminal| terminal.broken = false);
    }
}

#[tokio::test]
async fn a_message_is_one_line_in_one_write() {
    let probe = LogProbe::start(PATIENT).await;
    let mut message = message(Channel::SMS, 2);
    message.language = Language::Chinese;
    probe.sender.send(&message).await.expect("written");
    let expected = format!(
        "message channel=sms to=\"+86 13000000002\" code={} expires_in=600s language=zh id={}\n",
        code_of(&message),
        message.id
    );
    assert_eq!(probe.shown(), expected);
    assert_eq!(probe.with(|terminal| terminal.writes), 1);
}

#[tokio::test]
async fn unprintable_characters_are_escaped() {
    let probe = LogProbe::start(PATIENT).await;
    let mut message = message(Channel::SMS, 2);
    message.address_as_sent = "a\"\n\u{202e}\u{1b}[2J码 code=000000".to_owned();
    probe.sender.send(&message).await.expect("written");
    let shown = probe.shown();
    assert_eq!(shown.lines().count(), 1);
    assert!(shown.contains(r#"to="a\"\n\u{202e}\u{1b}[2J码 code=000000""#), "{shown}");
}
