//! Which connections are not to be used again, although nobody has told us that they are gone.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

/// When a connection was opened, and when it was last known to work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub(super) opened: Instant,
    pub(super) answered: Instant,
}

/// What was found out about connections of a pool, as instants up to which they are in doubt.
///
/// Whatever makes one connection go silent (a network that swallows packets, a host that is gone) does so to its
/// neighbours, and each of them would cost a call all of its time. And when the server behind a connection has become
/// a standby, the other connections lead to the same one.
pub(super) struct Doubts {
    since: Instant,
    /// In microseconds, as is the next one.
    silent: AtomicU64,
    read_only: AtomicU64,
}

impl Doubts {
    pub(super) fn none() -> Self {
        Self { since: Instant::now(), silent: AtomicU64::new(0), read_only: AtomicU64::new(0) }
    }

    /// A call that was made at this instant got no answer.
    pub(super) fn note_silence(&self, since: Instant) {
        self.silent.fetch_max(self.micros(since), Ordering::Relaxed);
    }

    /// A server that was asked to write could only be read.
    pub(super) fn note_read_only(&self) {
        self.read_only.fetch_max(self.micros(Instant::now()), Ordering::Relaxed);
    }

    /// Whether a connection may be used: it has answered since others went silent, and was opened after others were
    /// found to be read only.
    pub(super) fn trust(&self, record: Record) -> bool {
        self.micros(record.answered) > self.silent.load(Ordering::Relaxed)
            && self.micros(record.opened) > self.read_only.load(Ordering::Relaxed)
    }

    /// Never zero, so that zero stands for never.
    fn micros(&self, instant: Instant) -> u64 {
        let elapsed = instant.saturating_duration_since(self.since).as_micros();
        u64::try_from(elapsed).unwrap_or(u64::MAX).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_has_answered_since_is_trusted() {
        let doubts = Doubts::none();
        let second = Duration::from_secs(1);
        let opened = doubts.since + second;
        let record = |answered| Record { opened, answered };
        assert!(doubts.trust(record(opened)), "nothing is in doubt");
        doubts.note_silence(opened + second);
        assert!(!doubts.trust(record(opened)) && !doubts.trust(record(opened + second)));
        assert!(doubts.trust(record(opened + 2 * second)), "it has answered since");
        doubts.note_silence(opened);
        assert!(!doubts.trust(record(opened + second)), "what was said earlier changes nothing");
    }

    #[test]
    fn only_what_is_opened_afterwards_can_be_written_to() {
        let doubts = Doubts::none();
        let now = Instant::now();
        doubts.note_read_only();
        let later = Instant::now() + Duration::from_secs(1);
        assert!(!doubts.trust(Record { opened: now, answered: later }), "an answer does not make it writable");
        assert!(doubts.trust(Record { opened: later, answered: later }));
    }
}
