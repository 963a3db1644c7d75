//! The signals that a running server listens to.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGHUP. While it is listened to, it does not end the process: however often it comes, it is one order to reload.
pub(crate) struct HangUps(Signal);

impl HangUps {
    /// Holds SIGHUP back from now on, until somebody asks for it.
    pub(crate) fn listen() -> std::io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }
}

/// SIGTERM, SIGINT and SIGHUP. While they are listened to, none of them ends the process by itself.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_ups: HangUps,
}

impl Signals {
    /// Holds the other signals back as well, from now on, until somebody asks for them.
    pub(crate) fn listen(hang_ups: HangUps) -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())?, hang_ups })
    }

    /// Waits for the order to stop.
    pub(crate) async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Waits for the order to stop, and does this for each order to reload that comes before it.
    pub(crate) async fn stop_or(&mut self, reload: impl Fn()) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_ups.0.recv() => reload(),
            }
        }
    }
}
