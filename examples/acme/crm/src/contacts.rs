//! The handler: every user is a contact of the CRM.

use std::sync::Arc;

use auth_domain::accounts::Account;
use auth_domain::identifier::IdentifierKind;
use auth_domain::outbox::OutgoingEvent;
use auth_extension::Ports;
use auth_outbound::{OutboundBuilder, OutboundError, OutboundHttp};
use auth_ports::HandleError;
use auth_settings::Problem;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use url::Url;

use crate::CrmSection;

/// The CRM's contacts. Clones share the client.
#[derive(Clone)]
pub struct Contacts {
    address: Url,
    token: Arc<SecretString>,
    http: OutboundHttp,
}

/// A contact, as the CRM takes it.
#[derive(Serialize)]
struct Contact<'a> {
    id: String,
    email: Option<&'a str>,
    name: Option<&'a str>,
}

impl Contacts {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// A [`Problem`] when the CRM's address may not be called.
    pub fn new(section: &CrmSection, http: OutboundBuilder) -> Result<Self, Problem> {
        let address = http.reach().parse(&format!("{}/contacts", section.base.base()));
        let address = address.map_err(|forbidden| Problem::at("base", format!("may not be called: {forbidden}")))?;
        Ok(Self { address, token: Arc::new(section.token.clone()), http: http.keep_connections().build()? })
    }

    /// Tells the CRM of a new user. An event has ids only, so the account is looked up; it may be gone meanwhile.
    ///
    /// # Errors
    /// [`HandleError::Failed`] when the store or the CRM does not answer. The event comes again.
    pub async fn tell(self, event: OutgoingEvent, ports: Ports) -> Result<(), HandleError> {
        let Some(user) = event.user else { return Ok(()) };
        let found = ports.stores.accounts.find(user).await.map_err(|failure| HandleError::Failed(failure.into()))?;
        let Some(account) = found else { return Ok(()) };
        self.post(&account, &event.id.to_string()).await.map_err(|error| HandleError::Failed(error.into()))
    }

    /// The key is the same at every attempt, so that the CRM has each contact once.
    async fn post(&self, account: &Account, key: &str) -> Result<(), OutboundError> {
        let email = account.identifier(IdentifierKind::EMAIL).map(|email| email.identifier.shown());
        let contact = Contact { id: account.id.to_string(), email, name: account.profile.name.as_deref() };
        let request = self.http.post(&self.address).bearer(self.token.expose_secret()).header("idempotency-key", key);
        match request.json(&contact).send_for_status().await? {
            200..=299 => Ok(()),
            status => Err(OutboundError::Status(status)),
        }
    }
}
