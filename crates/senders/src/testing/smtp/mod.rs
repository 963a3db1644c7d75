//! A mail server that keeps what it receives.

mod conversation;
mod state;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::mail::ReceivedMail;
use auth_outbound::testing::Inbox;
use conversation::attend;
use state::State;
pub use state::{FakeLogin, SmtpConduct};

/// A mail server on a port of 127.0.0.1.
pub struct FakeSmtp {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl FakeSmtp {
    /// Starts a server that accepts mail from anybody.
    ///
    /// # Panics
    /// When no port is available.
    pub async fn start() -> Self {
        Self::start_with(None, None).await
    }

    /// Starts a server that accepts mail from clients that sign in, with AUTH PLAIN or AUTH LOGIN (RFC 4954).
    ///
    /// # Panics
    /// When no port is available.
    pub async fn start_with_login(login: FakeLogin) -> Self {
        Self::start_with(Some(login), None).await
    }

    /// Starts a server that accepts mail from clients that upgrade to TLS with STARTTLS (RFC 3207) and then sign in.
    /// Before the upgrade, nobody can sign in.
    ///
    /// # Panics
    /// When no port is available.
    pub async fn start_with_starttls(tls: TlsAcceptor, login: FakeLogin) -> Self {
        Self::start_with(Some(login), Some(tls)).await
    }

    async fn start_with(login: Option<FakeLogin>, start_tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let state = Arc::new(State {
            login,
            start_tls,
            conduct: Mutex::default(),
            connections: AtomicUsize::new(0),
            open: watch::Sender::new(0),
            hung_up: watch::Sender::new(0),
            commands: Mutex::default(),
            mails: Inbox::new(),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&state)));
        Self { address, state, accepting }
    }

    /// `smtp://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// `127.0.0.1:port`, for URLs with credentials or parameters.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes the server's behaviour, for open connections too.
    pub fn conduct(&self, conduct: SmtpConduct) {
        *self.state.conduct.lock().unwrap_or_else(PoisonError::into_inner) = conduct;
    }

    /// Returns all mails so far.
    #[must_use]
    pub fn mails(&self) -> Vec<ReceivedMail> {
        self.state.mails.all()
    }

    /// Returns the oldest mail that no earlier call has returned, and waits for it as long as it takes.
    pub async fn next_mail(&self) -> ReceivedMail {
        self.state.mails.next().await
    }

    /// Closes all connections, like a server that restarts. Returns when the last one is closed.
    pub async fn hang_up(&self) {
        let mut open = self.state.open.subscribe();
        self.state.hung_up.send_modify(|times| *times += 1);
        // The sender lives as long as this server, so waiting cannot fail.
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// Returns how many connections were accepted so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Returns all command lines so far, of all connections, without the contents of mails.
    #[must_use]
    pub fn commands(&self) -> Vec<String> {
        self.state.commands.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for FakeSmtp {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut conversations = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        state.connections.fetch_add(1, Ordering::SeqCst);
        state.open.send_modify(|open| *open += 1);
        conversations.spawn(attend(stream, Arc::clone(&state)));
    }
}
