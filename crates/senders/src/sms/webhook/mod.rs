//! A signed request to an address of the operator's, which passes the message on to any vendor.

mod section;
mod settings;

use std::sync::Arc;

use async_trait::async_trait;
use auth_domain::messages::{Channel, Content, OutgoingMessage, Templates};
use auth_outbound::{OutboundError, OutboundHttp, Reach, SigningSecrets, Timeouts, Watcher};
use auth_ports::{Cause, Clock, MessageSender, SendError};
use serde::Serialize;
use thiserror::Error;
use url::{Host, Url};

pub use self::section::SmsWebhookSection;
pub use self::settings::{WebhookSettings, WebhookSettingsError};
use crate::templates::templates;

/// Posts each message as JSON, signed according to Standard Webhooks (standardwebhooks.com).
///
/// ```text
/// POST <url>
/// content-type: application/json
/// webhook-id: <message id, the same at every attempt>
/// webhook-timestamp: <seconds since 1970, of this attempt>
/// webhook-signature: v1,<base64 of HMAC-SHA256 over "id.timestamp.body"> [v1,…]
///
/// {"type":"verification_code","id":"…","channel":"sms","to":"+8613000000000","code":"123456",
///  "language":"zh","text":"…","expires_in":600}
///
/// {"type":"notice","id":"…","channel":"sms","to":"+8613000000000","notice":"identity_added",
///  "about":["github"],"language":"zh","text":"…"}
/// ```
///
/// | field | meaning |
/// | --- | --- |
/// | `type` | `verification_code`, or `notice` of what happened to the account; ignore what you do not know |
/// | `id` | as in `webhook-id`; drop repetitions by it |
/// | `channel` | `sms`, `email`, or the name of another channel |
/// | `to` | E.164 without spaces, the e-mail address, or the canonical form of another identifier |
/// | `code` | six digits |
/// | `notice` | what happened, as [`NoticeKind::name`](auth_domain::messages::NoticeKind::name) says |
/// | `about` | what it happened to: masked addresses and names of third parties |
/// | `language` | `zh` or `en` |
/// | `text` | the whole message in that language, the code included, for vendors without templates |
/// | `expires_in` | life of the code in seconds, from its making |
///
/// Any 2xx is success. 408, 425, 429, 5xx, a failed connection and a timeout are temporary; any other answer is
/// permanent. Redirects are not followed, proxies are not used, and no more than 4 KiB of the answer is read.
pub struct WebhookSender {
    channel: Channel,
    url: Url,
    secrets: SigningSecrets,
    http: OutboundHttp,
    clock: Arc<dyn Clock>,
    templates: Templates,
}

impl WebhookSender {
    /// Creates a sender for text messages. It does not connect yet.
    ///
    /// # Errors
    /// Returns [`WebhookSettingsError`], which says what is wrong.
    pub fn new(settings: WebhookSettings, clock: Arc<dyn Clock>) -> Result<Self, WebhookSettingsError> {
        let url = endpoint(&settings)?;
        let secrets =
            SigningSecrets::parse(&settings.secret).map_err(|e| WebhookSettingsError::Secret(e.to_string()))?;
        let http = http(&url, &settings)?;
        Ok(Self { channel: Channel::SMS, url, secrets, http, clock, templates: templates() })
    }

    /// Replaces our texts with others.
    #[must_use]
    pub fn with_templates(self, templates: Templates) -> Self {
        Self { templates, ..self }
    }

    /// Asks this before each request.
    #[must_use]
    pub fn watched(self, watcher: Watcher) -> Self {
        Self { http: self.http.watched(watcher), ..self }
    }

    /// Makes the same sender serve another channel.
    #[must_use]
    pub fn for_channel(self, channel: Channel) -> Self {
        Self { channel, ..self }
    }

    fn body(&self, message: &OutgoingMessage) -> Body {
        Body {
            id: message.id.to_string(),
            channel: self.channel.name(),
            to: match self.channel {
                Channel::EMAIL => message.to.shown().to_owned(),
                _ => message.to.canonical().to_owned(),
            },
            language: message.language.tag(),
            text: self.templates.words(self.channel, message).text,
            content: match &message.content {
                Content::Code { code, ttl_minutes } => BodyContent::VerificationCode {
                    code: code.expose().to_owned(),
                    expires_in: u64::from(*ttl_minutes) * 60,
                },
                Content::Notice(notice) => {
                    BodyContent::Notice { notice: notice.kind.name(), about: notice.about.clone() }
                }
            },
        }
    }

    async fn post(&self, id: &str, body: Vec<u8>) -> Result<u16, OutboundError> {
        let timestamp = self.clock.now().timestamp();
        self.http.post(&self.url).signed_json(&self.secrets, id, timestamp, body).send_for_status().await
    }
}

#[async_trait]
impl MessageSender for WebhookSender {
    fn channel(&self) -> Channel {
        self.channel
    }

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        let body = serde_json::to_vec(&self.body(message)).map_err(|e| SendError::Permanent(e.into()))?;
        let status = self.post(&message.id.to_string(), body).await.map_err(|e| SendError::Temporary(e.into()))?;
        verdict(status)
    }

    /// Whatever it answers to a request without a body, it is there.
    async fn try_receiver(&self) -> Option<Result<(), Cause>> {
        Some(self.http.head(&self.url).send_for_status().await.map(drop).map_err(Cause::from))
    }
}

/// The body of the request; its fields are documented at [`WebhookSender`].
#[derive(Serialize)]
struct Body {
    #[serde(flatten)]
    content: BodyContent,
    id: String,
    channel: &'static str,
    to: String,
    language: &'static str,
    text: String,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum BodyContent {
    VerificationCode { code: String, expires_in: u64 },
    Notice { notice: &'static str, about: Vec<String> },
}

#[derive(Debug, Error)]
#[error("the webhook's receiver answered {0}")]
struct Refused(u16);

fn verdict(status: u16) -> Result<(), SendError> {
    match status {
        200..=299 => Ok(()),
        408 | 425 | 429 | 500..=599 => Err(SendError::Temporary(Refused(status).into())),
        _ => Err(SendError::Permanent(Refused(status).into())),
    }
}

fn endpoint(settings: &WebhookSettings) -> Result<Url, WebhookSettingsError> {
    let refused = WebhookSettingsError::Url;
    let url = Url::parse(settings.url.trim()).map_err(|_| refused("is not a URL"))?;
    match url.scheme() {
        "https" => {}
        // What does not leave the machine needs no TLS.
        "http" if settings.allow_plain_http || is_loopback(&url) => {}
        "http" => {
            let reason = "must start with https://, or codes would be sent unencrypted to another machine";
            return Err(refused(reason));
        }
        _ => return Err(refused("must start with https://")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("must not contain credentials: requests are signed"));
    }
    if url.fragment().is_some() {
        return Err(refused("must not have a fragment"));
    }
    Ok(url)
}

/// Whether the receiver is on the same machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The address is the operator's own, so it may be inside the network.
fn http(url: &Url, settings: &WebhookSettings) -> Result<OutboundHttp, WebhookSettingsError> {
    let timeout = settings.timeout;
    if timeout.is_zero() {
        return Err(WebhookSettingsError::Timeout);
    }
    let reach = if settings.allow_plain_http || is_loopback(url) { Reach::LoopbackToo } else { Reach::PrivateToo };
    let timeouts = Timeouts { connect: timeout, request: timeout, call: timeout };
    let builder = OutboundHttp::builder(reach).timeouts(timeouts).keep_connections().calling_only(url);
    builder.build().map_err(|e| WebhookSettingsError::Client(with_causes(&e)))
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::*;

    struct Epoch;

    impl Clock for Epoch {
        fn now(&self) -> auth_domain::Timestamp {
            auth_domain::Timestamp::UNIX_EPOCH
        }

        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
    }

    fn settings(url: &str) -> WebhookSettings {
        WebhookSettings {
            url: url.to_owned(),
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".into(),
            timeout: WebhookSettings::DEFAULT_TIMEOUT,
            allow_plain_http: false,
        }
    }

    fn error_of(settings: WebhookSettings) -> Option<String> {
        WebhookSender::new(settings, Arc::new(Epoch)).err().map(|e| format!("{e} {e:?}"))
    }

    #[rstest]
    #[case("")]
    #[case("hooks.example.com/sms")]
    #[case("ftp://hooks.example.com/k3y")]
    #[case("http://hooks.example.com/k3y")]
    #[case("http://192.168.0.1/k3y")]
    #[case("http://localhost.example.com/k3y")]
    #[case("https://u:k3y@hooks.example.com/")]
    #[case("https://k3y@hooks.example.com/")]
    #[case("https://hooks.example.com/#k3y")]
    fn refuses_urls_without_repeating_them(#[case] url: &str) {
        let error = error_of(settings(url)).unwrap_or_else(|| panic!("{url} was accepted"));
        assert!(!error.contains("k3y") && !error.contains("example"), "{error}");
    }

    #[test]
    fn a_receiver_on_the_same_machine_needs_no_tls() {
        for url in ["http://127.0.0.1:9000/sms", "http://[::1]:9000/", "http://localhost:9000", "https://localhost/"] {
            assert_eq!(error_of(settings(url)), None, "{url}");
        }
    }

    #[test]
    fn refuses_other_nonsense() {
        let url = "http://127.0.0.1:1/sms";
        let plain = || WebhookSettings { allow_plain_http: true, ..settings(url) };
        assert_eq!(error_of(plain()), None);
        assert!(error_of(WebhookSettings { timeout: Duration::ZERO, ..plain() }).is_some());
        let error = error_of(WebhookSettings { secret: "s3cret".into(), ..plain() }).expect("no prefix");
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[rstest]
    #[case(&[200, 201, 202, 204, 299], "delivered")]
    #[case(&[408, 425, 429, 500, 502, 503, 504, 599], "temporary")]
    #[case(&[301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422], "permanent")]
    fn statuses_decide(#[case] statuses: &[u16], #[case] expected: &str) {
        for status in statuses {
            let verdict = match verdict(*status) {
                Ok(()) => "delivered",
                Err(SendError::Temporary(_)) => "temporary",
                Err(SendError::Permanent(_)) => "permanent",
            };
            assert_eq!(verdict, expected, "{status}");
        }
    }
}
