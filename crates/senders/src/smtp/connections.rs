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

use super::failure::{SmtpFailure, Step};
use super::letter::Letter;
use super::server::MailServer;

/// Mail services commonly accept 10 to 20 connections from one client.
const MAX_CONNECTIONS: usize = 8;
/// Servers may close a silent connection after 5 minutes (RFC 5321, 4.5.3.2.7), so this stays well below.
const MAX_IDLE: Duration = Duration::from_secs(60);
/// A connection attempt, and the check of an idle connection, may each take this fraction of the limit for a message,
/// so that a dead connection leaves time for another one.
const SHARE: u32 = 3;

pub(super) struct Connections {
    server: MailServer,
    per_attempt: Duration,
    permits: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Connections {
    /// `limit` is the time limit for one message.
    pub(super) fn new(server: MailServer, limit: Duration) -> Self {
        let permits = Semaphore::new(MAX_CONNECTIONS);
        Self { server, per_attempt: limit / SHARE, permits, idle: Mutex::default() }
    }

    /// Delivers the letter. Dropping the future closes the connection that it uses.
    pub(super) async fn deliver(&self, letter: &Letter) -> Result<(), SmtpFailure> {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        let mut connection = self.ready().await?;
        let result = converse(&mut connection, letter).await;
        if result.as_ref().err().is_none_or(SmtpFailure::leaves_connection_usable) {
            self.put_back(connection);
        }
        result
    }

    /// Returns an idle connection that still answers, or a new one. RSET also clears what a refused recipient left
    /// behind.
    async fn ready(&self) -> Result<AsyncSmtpConnection, SmtpFailure> {
        while let Some(mut connection) = self.pop_idle() {
            if let Ok(Ok(_)) = timeout(self.per_attempt, connection.command(Rset)).await {
                return Ok(connection);
            }
        }
        self.server.connect(self.per_attempt).await
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

async fn converse(connection: &mut AsyncSmtpConnection, letter: &Letter) -> Result<(), SmtpFailure> {
    let mail = Mail::new(Some(letter.from.clone()), Vec::new());
    connection.command(mail).await.map_err(|e| SmtpFailure::at(Step::Sender, &e))?;
    let recipient = Rcpt::new(letter.to.clone(), Vec::new());
    connection.command(recipient).await.map_err(|e| SmtpFailure::at(Step::Recipient, &e))?;
    connection.command(Data).await.map_err(|e| SmtpFailure::at(Step::Content, &e))?;
    connection.message(&letter.bytes).await.map_err(|e| SmtpFailure::at(Step::Content, &e))?;
    Ok(())
}
