//! A pool of connections to one mail server.
//!
//! It differs from lettre's own pool in one point that matters here: a conversation that is dropped half-way, as a
//! time limit does, closes its connection. If the connection were returned to the pool, the answers that were still
//! due would be mistaken for the answers to the next message.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use super::failure::{SmtpFailure, Step, within};
use super::letter::Letter;
use super::server::MailServer;
use super::settings::SmtpTimeouts;

/// Servers may close a silent connection after 5 minutes (RFC 5321, 4.5.3.2.7), so this stays well below.
const MAX_IDLE: Duration = Duration::from_secs(60);

pub(super) struct Connections {
    server: MailServer,
    timeouts: SmtpTimeouts,
    permits: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Connections {
    pub(super) fn new(server: MailServer, timeouts: SmtpTimeouts, most: u16) -> Self {
        Self { server, timeouts, permits: Semaphore::new(most.into()), idle: Mutex::default() }
    }

    /// Delivers the letter. Dropping the future closes the connection that it uses.
    pub(super) async fn deliver(&self, letter: &Letter) -> Result<(), SmtpFailure> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        let mut connection = self.ready().await?;
        let result = converse(&mut connection, letter, self.timeouts.answer).await;
        if result.as_ref().err().is_none_or(SmtpFailure::leaves_connection_usable) {
            self.put_back(connection);
        }
        result
    }

    /// Gets a connection that is ready for a letter, and keeps it for the next one.
    pub(super) async fn try_server(&self) -> Result<(), SmtpFailure> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        self.put_back(self.ready().await?);
        Ok(())
    }

    /// Returns an idle connection that still answers, or a new one. RSET also clears what a refused recipient left
    /// behind.
    async fn ready(&self) -> Result<AsyncSmtpConnection, SmtpFailure> {
        while let Some(mut connection) = self.pop_idle() {
            if let Ok(Ok(_)) = timeout(self.timeouts.connect, connection.command(Rset)).await {
                return Ok(connection);
            }
        }
        self.server.connect(&self.timeouts).await
    }

    /// Returns the most recently used connection, and closes those that were idle for too long.
    fn pop_idle(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|idle| idle.since.elapsed() < MAX_IDLE);
        idle.pop().map(|idle| idle.connection)
    }

    fn put_back(&self, connection: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(Idle { connection, since: Instant::now() });
    }
}

async fn converse(connection: &mut AsyncSmtpConnection, letter: &Letter, limit: Duration) -> Result<(), SmtpFailure> {
    let mail = Mail::new(Some(letter.from.clone()), Vec::new());
    within(limit, Step::Sender, connection.command(mail)).await?;
    let recipient = Rcpt::new(letter.to.clone(), Vec::new());
    within(limit, Step::Recipient, connection.command(recipient)).await?;
    within(limit, Step::Content, connection.command(Data)).await?;
    connection.message(&letter.bytes).await.map_err(|e| SmtpFailure::at(Step::Content, &e))?;
    Ok(())
}
