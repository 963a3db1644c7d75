//! The sender.

use async_trait::async_trait;
use auth_domain::messages::{Channel, OutgoingMessage, Templates};
use auth_outbound::{OutboundBuilder, OutboundHttp};
use auth_ports::{MessageSender, SendError};
use auth_settings::Problem;
use secrecy::ExposeSecret as _;
use url::Url;

use crate::GatewaySection;
use crate::answer::{temporary, verdict};

/// Posts each message as a form:
///
/// ```text
/// POST /2010-04-01/Accounts/<account>/Messages.json
/// authorization: Basic <base64 of "account:token">
/// idempotency-key: <message id, the same at every attempt>
///
/// To=%2B8613000000000&From=%2B15017122661&Body=…
/// ```
///
/// Refusals that are about the message (its number is none, its person wants no messages) are permanent; everything else
/// is temporary: a wrong token, too many requests, an outage. The time limit is that of the client which is lent.
pub struct GatewaySender {
    section: GatewaySection,
    address: Url,
    http: OutboundHttp,
    templates: Templates,
}

impl GatewaySender {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// A [`Problem`] when the vendor's address may not be called.
    pub fn new(section: GatewaySection, http: OutboundBuilder, templates: Templates) -> Result<Self, Problem> {
        let address = http.reach().parse(&section.address());
        let address = address.map_err(|forbidden| Problem::at("base", format!("may not be called: {forbidden}")))?;
        Ok(Self { section, address, http: http.keep_connections().build()?, templates })
    }
}

#[async_trait]
impl MessageSender for GatewaySender {
    fn channel(&self) -> Channel {
        Channel::SMS
    }

    async fn send(&self, message: &OutgoingMessage) -> Result<(), SendError> {
        let words = self.templates.words(Channel::SMS, message);
        let form = [("To", message.to.canonical()), ("From", &self.section.from), ("Body", &words.text)];
        let request = self.http.post(&self.address).form(&form).header("idempotency-key", &message.id.to_string());
        let request = request.basic(&self.section.account, self.section.token.expose_secret());
        verdict(&request.send().await.map_err(temporary)?)
    }
}
