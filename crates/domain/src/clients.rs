//! The applications that use the service.

use std::fmt;
use std::sync::Arc;

use subtle::{Choice, ConstantTimeEq as _};
use thiserror::Error;

use crate::secret_bytes::SecretHash;

/// An application's id (`client_id`); by default, the id of the environment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientId(String);

/// The text is not a client id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("client_id must have 1 to 64 letters, digits, '-', '_' or '.'")]
pub struct ClientIdError;

impl ClientId {
    /// Reads an id from settings or from a request.
    ///
    /// # Errors
    /// [`ClientIdError`] for anything but 1–64 letters, digits, `-`, `_`, `.`.
    pub fn parse(raw: &str) -> Result<Self, ClientIdError> {
        let spelled = raw.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if (1..=64).contains(&raw.len()) && spelled { Ok(Self(raw.to_owned())) } else { Err(ClientIdError) }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an application can keep a secret (RFC 6749, 2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientKind {
    /// It runs on the user's device and cannot.
    Public,
    /// It runs on a server, and presents a secret when it acts for itself. Holds the SHA-256 of each valid secret;
    /// there are several while one is being replaced by another.
    Confidential(Vec<SecretHash>),
}

/// An application that an operator registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The client's id.
    pub id: ClientId,
    /// Whether the client has secrets.
    pub kind: ClientKind,
    /// The ways to sign up that the client may offer. `None`: all of them.
    pub scenarios: Option<Vec<String>>,
    /// Where third parties may send the client's users back to. `None`: wherever the provider may.
    pub redirect_uris: Option<Vec<String>>,
}

impl Client {
    /// Whether the client has secrets.
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        matches!(self.kind, ClientKind::Confidential(_))
    }

    /// Whether this is one of the client's secrets. Takes the same time for all secrets of the same length.
    #[must_use]
    pub fn accepts(&self, secret: &str) -> bool {
        let ClientKind::Confidential(good) = &self.kind else { return false };
        let shown = SecretHash::of(secret.as_bytes());
        let equal = |good: &SecretHash| shown.as_bytes().ct_eq(good.as_bytes());
        good.iter().map(equal).fold(Choice::from(0), |any, one| any | one).into()
    }

    fn offers(&self, scenario: &str) -> bool {
        self.scenarios.as_ref().is_none_or(|offered| offered.iter().any(|one| one == scenario))
    }

    fn may_return_to(&self, redirect_uri: &str) -> bool {
        self.redirect_uris.as_ref().is_none_or(|allowed| allowed.iter().any(|one| one == redirect_uri))
    }
}

/// What happens to requests from clients that nobody registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownClients {
    /// They count as the default client (profile `local`).
    TakenAsDefault,
    /// They are refused.
    Refused,
}

/// Nobody registered this client.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("client_id is unknown")]
pub struct UnknownClient;

/// Whose sessions a client may continue: a registered client its own, and all other clients those that belong to no
/// registered client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientFilter {
    /// The sessions of these clients only.
    Only(Vec<ClientId>),
    /// The sessions of all clients except these.
    Except(Vec<ClientId>),
}

impl ClientFilter {
    /// Admits all sessions.
    pub const ANY: Self = Self::Except(Vec::new());

    /// Whether the client's sessions are among those admitted.
    #[must_use]
    pub fn admits(&self, client: &ClientId) -> bool {
        match self {
            Self::Only(clients) => clients.contains(client),
            Self::Except(clients) => !clients.contains(client),
        }
    }
}

/// The applications that may use the service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clients {
    default: ClientId,
    unknown: UnknownClients,
    registered: Arc<[Client]>,
}

impl Clients {
    /// Requests without a client id count as the default client's, which may be registered like any other.
    #[must_use]
    pub fn new(default: ClientId, unknown: UnknownClients, registered: Vec<Client>) -> Self {
        Self { default, unknown, registered: registered.into() }
    }

    /// Which client a request is from.
    ///
    /// # Errors
    /// [`UnknownClient`] when nobody registered the client and such clients are refused.
    pub fn resolve(&self, named: Option<&str>) -> Result<ClientId, UnknownClient> {
        let Some(named) = named else { return Ok(self.default.clone()) };
        let registered = self.registered.iter().find(|client| client.id.as_str() == named);
        match registered {
            Some(client) => Ok(client.id.clone()),
            None if named == self.default.as_str() || self.unknown == UnknownClients::TakenAsDefault => {
                Ok(self.default.clone())
            }
            None => Err(UnknownClient),
        }
    }

    /// Whether this client is registered, or the default one. Others may count as the default client, but nothing that
    /// was made for them does.
    #[must_use]
    pub fn knows(&self, client: &ClientId) -> bool {
        *client == self.default || self.registered(client).is_some()
    }

    /// What the operator registered about a client.
    #[must_use]
    pub fn registered(&self, client: &ClientId) -> Option<&Client> {
        self.registered.iter().find(|registered| registered.id == *client)
    }

    /// Whether a client's users may sign up this way.
    #[must_use]
    pub fn offer(&self, client: &ClientId, scenario: &str) -> bool {
        self.registered(client).is_none_or(|client| client.offers(scenario))
    }

    /// Whether a third party may send a client's users back to this address.
    #[must_use]
    pub fn may_return_to(&self, client: &ClientId, redirect_uri: &str) -> bool {
        self.registered(client).is_none_or(|client| client.may_return_to(redirect_uri))
    }

    /// Whose sessions a client may continue.
    #[must_use]
    pub fn sessions_of(&self, client: &ClientId) -> ClientFilter {
        match self.registered(client) {
            Some(client) => ClientFilter::Only(vec![client.id.clone()]),
            None => ClientFilter::Except(self.registered.iter().map(|client| client.id.clone()).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(id: &str) -> ClientId {
        ClientId::parse(id).expect(id)
    }

    fn client(name: &str, secrets: &[&str]) -> Client {
        let hashes = secrets.iter().map(|secret| SecretHash::of(secret.as_bytes())).collect();
        let kind = if secrets.is_empty() { ClientKind::Public } else { ClientKind::Confidential(hashes) };
        Client { id: id(name), kind, scenarios: None, redirect_uris: None }
    }

    fn clients(unknown: UnknownClients) -> Clients {
        let strict = Client {
            scenarios: Some(vec!["email".into()]),
            redirect_uris: Some(vec!["https://app.example.com/done".into()]),
            ..client("strict", &[])
        };
        Clients::new(id("default"), unknown, vec![client("shop", &["old", "new"]), strict])
    }

    #[test]
    fn who_is_who() {
        for (unknown, stranger) in
            [(UnknownClients::TakenAsDefault, Ok(id("default"))), (UnknownClients::Refused, Err(UnknownClient))]
        {
            let clients = clients(unknown);
            assert_eq!(clients.resolve(None), Ok(id("default")));
            assert_eq!(clients.resolve(Some("default")), Ok(id("default")));
            assert_eq!(clients.resolve(Some("shop")), Ok(id("shop")));
            assert_eq!(clients.resolve(Some("Shop")), stranger);
            assert_eq!(clients.resolve(Some("no/client")), stranger);
            let known = ["default", "shop", "Shop"].map(|client| clients.knows(&id(client)));
            assert_eq!(known, [true, true, false]);
        }
    }

    #[test]
    fn only_the_registered_secrets_are_accepted() {
        let shop = client("shop", &["old", "new"]);
        assert!(shop.accepts("old") && shop.accepts("new"));
        for wrong in ["", "old ", "OLD", "newer", "oldnew"] {
            assert!(!shop.accepts(wrong), "{wrong}");
        }
        assert!(!client("app", &[]).accepts(""));
        assert!(!format!("{shop:?}").contains("old"));
    }

    #[test]
    fn a_list_restricts_and_its_absence_does_not() {
        let clients = clients(UnknownClients::Refused);
        for (client, offered) in [("default", true), ("shop", true), ("strict", false)] {
            assert_eq!(clients.offer(&id(client), "phone_number"), offered, "{client}");
            assert!(clients.offer(&id(client), "email"), "{client}");
            assert_eq!(clients.may_return_to(&id(client), "https://app.example.com/other"), offered, "{client}");
            assert!(clients.may_return_to(&id(client), "https://app.example.com/done"), "{client}");
        }
    }

    #[test]
    fn registered_clients_keep_their_sessions_to_themselves() {
        let clients = clients(UnknownClients::TakenAsDefault);
        for (asking, owner, admitted) in [
            ("shop", "shop", true),
            ("shop", "strict", false),
            ("shop", "default", false),
            ("default", "shop", false),
            ("default", "default", true),
            ("default", "named-so-before", true),
        ] {
            assert_eq!(clients.sessions_of(&id(asking)).admits(&id(owner)), admitted, "{asking} {owner}");
        }
        assert!(ClientFilter::ANY.admits(&id("shop")));
    }

    proptest! {
        #[test]
        fn an_id_with_the_documented_spelling_is_accepted_unchanged(raw in "[A-Za-z0-9_.-]{1,64}|[A-Za-z0-9_.-]{64}") {
            prop_assert_eq!(ClientId::parse(&raw).map(|id| id.to_string()), Ok(raw));
        }

        #[test]
        fn no_other_text_is_an_id(
            raw in prop_oneof![
                "[a-z0-9]{0,9}[[:ascii:]&&[^A-Za-z0-9_.-]][a-z0-9]{0,9}",
                "[a-z0-9]{0,9}[ +/:@é名٣Ａ][a-z0-9]{0,9}",
                "(?s)[^[:ascii:]].{0,9}",
                "[A-Za-z0-9_.-]{65,80}|",
            ],
        ) {
            prop_assert_eq!(ClientId::parse(&raw), Err(ClientIdError));
        }
    }
}
