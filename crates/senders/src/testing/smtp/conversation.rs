//! The fake's half of RFC 5321, for one connection.

use std::io;
use std::sync::{Arc, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::super::mail::ReceivedMail;
use super::state::{SmtpConduct, State};

/// Serves one client. If the client goes away, that ends the conversation and is not an error of the test.
pub(super) async fn attend(stream: TcpStream, state: Arc<State>) {
    let mut hung_up = state.hung_up.subscribe();
    let conversation = Conversation::new(Box::new(stream), Arc::clone(&state), state.start_tls.clone());
    tokio::select! {
        _ = conversation.hold() => {}
        _ = hung_up.changed() => {}
    }
    state.open.send_modify(|open| *open -= 1);
}

/// A plain or encrypted stream.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// One client's connection.
struct Conversation {
    stream: BufReader<Box<dyn Stream>>,
    state: Arc<State>,
    /// Present if the client must upgrade to TLS first.
    start_tls: Option<TlsAcceptor>,
    signed_in: bool,
}

impl Conversation {
    fn new(stream: Box<dyn Stream>, state: Arc<State>, start_tls: Option<TlsAcceptor>) -> Self {
        Self { stream: BufReader::new(stream), state, start_tls, signed_in: false }
    }

    async fn hold(mut self) -> io::Result<()> {
        if self.conduct() == SmtpConduct::Hang {
            std::future::pending::<()>().await;
        }
        self.reply("220 fake ESMTP").await?;
        let mut mail = None;
        while let Some(line) = self.line().await? {
            self.state.commands.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
            match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" => self.greet().await?,
                "STARTTLS" => self = self.encrypt().await?,
                "AUTH" if self.start_tls.is_some() => self.reply("530 5.7.0 STARTTLS first").await?,
                "AUTH" => self.sign_in(&line).await?,
                "MAIL" if mail.is_some() => self.reply("503 5.5.1 one mail at a time").await?,
                "MAIL" => mail = self.begin(&line).await?,
                "RCPT" => self.add_recipient(&line, mail.as_mut()).await?,
                "DATA" => match mail.take() {
                    Some(mail) => self.take_content(mail).await?,
                    None => self.reply("503 5.5.1 MAIL first").await?,
                },
                "RSET" => {
                    mail = None;
                    self.reply("250 2.0.0 forgotten").await?;
                }
                "NOOP" => self.reply("250 2.0.0 here").await?,
                "QUIT" => return self.reply("221 2.0.0 bye").await,
                _ => self.reply("500 5.5.2 what?").await?,
            }
        }
        Ok(())
    }

    /// Starts over, as RFC 3207, 4.2 requires; what was sent before the handshake is forgotten.
    async fn encrypt(mut self) -> io::Result<Self> {
        let Some(tls) = self.start_tls.take() else {
            self.reply("502 5.5.1 no TLS to start").await?;
            return Ok(self);
        };
        let ahead = if self.conduct() == SmtpConduct::AnswerAhead { "\r\n250-fake\r\n250 AUTH PLAIN" } else { "" };
        self.reply(&format!("220 2.0.0 go ahead{ahead}")).await?;
        let encrypted = tls.accept(self.stream.into_inner()).await?;
        Ok(Self::new(Box::new(encrypted), self.state, None))
    }

    async fn greet(&mut self) -> io::Result<()> {
        if self.start_tls.is_some() {
            self.reply("250-STARTTLS").await?;
        } else if let Some(login) = &self.state.login {
            let line = format!("250-AUTH {}", login.mechanisms);
            self.reply(&line).await?;
        }
        self.reply("250-8BITMIME").await?;
        self.reply("250 ENHANCEDSTATUSCODES").await
    }

    async fn sign_in(&mut self, line: &str) -> io::Result<()> {
        let mut words = line.split(' ').skip(1);
        let given = match (words.next(), words.next()) {
            (Some("PLAIN"), Some(packed)) => unpack_plain(packed),
            (Some("LOGIN"), None) => {
                let user = self.ask("Username:").await?;
                let password = self.ask("Password:").await?;
                Some((user, password))
            }
            _ => None,
        };
        let expected = self.state.login.clone().map(|login| (login.user, login.password));
        self.signed_in = given.is_some() && given == expected;
        self.reply(if self.signed_in { "235 2.7.0 welcome" } else { "535 5.7.8 wrong user or password" }).await
    }

    async fn ask(&mut self, question: &str) -> io::Result<String> {
        self.reply(&format!("334 {}", STANDARD.encode(question))).await?;
        let answer = self.line().await?.unwrap_or_default();
        Ok(String::from_utf8(STANDARD.decode(answer).unwrap_or_default()).unwrap_or_default())
    }

    async fn begin(&mut self, line: &str) -> io::Result<Option<ReceivedMail>> {
        if self.state.login.is_some() && !self.signed_in {
            self.reply("530 5.7.0 sign in first").await?;
            return Ok(None);
        }
        if let SmtpConduct::RefuseSender(reply) = self.conduct() {
            self.reply(&reply).await?;
            return Ok(None);
        }
        self.reply("250 2.1.0 sender noted").await?;
        Ok(Some(ReceivedMail { from: path_of(line), to: Vec::new(), raw: String::new() }))
    }

    async fn add_recipient(&mut self, line: &str, mail: Option<&mut ReceivedMail>) -> io::Result<()> {
        match (self.conduct(), mail) {
            (SmtpConduct::RefuseRecipient(reply), _) => self.reply(&reply).await,
            (SmtpConduct::HangAtRecipient(end), _) if path_of(line).ends_with(&end) => std::future::pending().await,
            (_, Some(mail)) => {
                mail.to.push(path_of(line));
                self.reply("250 2.1.5 recipient noted").await
            }
            (_, None) => self.reply("503 5.5.1 MAIL first").await,
        }
    }

    async fn take_content(&mut self, mut mail: ReceivedMail) -> io::Result<()> {
        self.reply("354 go ahead").await?;
        mail.raw = self.content().await?;
        let conduct = self.conduct();
        if let SmtpConduct::RefuseContent(reply) = conduct {
            return self.reply(&reply).await;
        }
        self.state.mails.push(mail);
        match conduct {
            SmtpConduct::DropAfterContent => Err(io::ErrorKind::ConnectionAborted.into()),
            SmtpConduct::HangAfterContent => std::future::pending().await,
            _ => self.reply("250 2.0.0 taken").await,
        }
    }

    /// Reads up to the line with the single dot, with dots unstuffed (RFC 5321, 4.5.2).
    async fn content(&mut self) -> io::Result<String> {
        let mut content = String::new();
        loop {
            let line = self.line().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if line == "." {
                return Ok(content);
            }
            content.push_str(line.strip_prefix('.').unwrap_or(&line));
            content.push_str("\r\n");
        }
    }

    fn conduct(&self) -> SmtpConduct {
        self.state.conduct.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn reply(&mut self, line: &str) -> io::Result<()> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await
    }

    /// Reads a line without its end. Returns `None` if the client has hung up.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }
}

/// Returns the address between the angle brackets of MAIL FROM or RCPT TO.
fn path_of(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or_else(String::new, |(path, _)| path.to_owned())
}

/// Reads the three parts of RFC 4616: nothing, user, password.
fn unpack_plain(packed: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(packed).ok()?).ok()?;
    let mut parts = text.split('\0').skip(1).map(str::to_owned);
    parts.next().zip(parts.next())
}
