//! How long the server may work for one call.

use std::time::Duration;

/// The longest time for one statement, however long a call may take.
const LONGEST_STATEMENT: Duration = Duration::from_secs(10);
/// The longest wait for a lock.
const LONGEST_LOCK: Duration = Duration::from_secs(5);
/// Whoever leaves a transaction open without doing anything has gone.
const LONGEST_IDLE: Duration = Duration::from_secs(15);

/// The limits of the server for statements of a call. They end before the call does, so that the server's answer is
/// there in time and the connection stays in use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallLimits {
    statement: Duration,
    lock: Duration,
}

impl CallLimits {
    /// The limits in a call that takes this long at most.
    pub(crate) fn of(longest_call: Duration) -> Self {
        Self {
            statement: (longest_call * 9 / 10).min(LONGEST_STATEMENT),
            lock: (longest_call * 8 / 10).min(LONGEST_LOCK),
        }
    }

    /// Statements that set the limits for as long as the connection lives.
    pub(crate) fn for_session(self) -> String {
        format!("{}; SET timezone = 'UTC'", self.set("SET"))
    }

    /// Statements that begin a transaction with these limits, and leave nothing behind when it ends.
    pub(crate) fn for_transaction(self) -> String {
        format!("BEGIN; {}", self.set("SET LOCAL"))
    }

    /// What fails sooner than this was not ended by one of the limits.
    pub(crate) fn before_any(self) -> Duration {
        self.lock * 3 / 4
    }

    /// The database reads numbers as milliseconds.
    fn set(self, set: &str) -> String {
        let limits = [
            ("statement_timeout", self.statement),
            ("lock_timeout", self.lock),
            ("idle_in_transaction_session_timeout", LONGEST_IDLE),
        ];
        let limits = limits.map(|(name, limit)| format!("{set} {name} = {}", limit.as_millis().max(1)));
        limits.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_gives_up_before_we_do() {
        let usual = CallLimits::of(Duration::from_secs(5));
        assert_eq!(
            usual.for_transaction(),
            "BEGIN; SET LOCAL statement_timeout = 4500; SET LOCAL lock_timeout = 4000; \
             SET LOCAL idle_in_transaction_session_timeout = 15000"
        );
        assert!(usual.for_session().starts_with("SET statement_timeout = 4500; SET lock_timeout = 4000; "));
        assert_eq!(usual.before_any(), Duration::from_secs(3));
        let patient = CallLimits::of(Duration::from_secs(60));
        assert!(patient.for_session().starts_with("SET statement_timeout = 10000; SET lock_timeout = 5000; "));
    }
}
