//! Users of a fake, and what a sign-in there yields.

use url::Url;

/// A person with an account at the fake.
#[derive(Debug, Clone)]
pub struct Person {
    /// The fake's own id of the person; for GitHub a number.
    pub subject: String,
    /// The name.
    pub name: Option<String>,
    /// The address of a picture.
    pub picture: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The phone number.
    pub phone_number: Option<String>,
}

impl Person {
    /// A person about whom nothing else is known.
    #[must_use]
    pub fn new(subject: &str) -> Self {
        Self { subject: subject.to_owned(), name: None, picture: None, email: None, phone_number: None }
    }

    /// Ada, with everything filled in.
    #[must_use]
    pub fn ada() -> Self {
        Self {
            subject: "1815".to_owned(),
            name: Some("Ada Lovelace".to_owned()),
            picture: Some("https://pictures.example/ada.png".to_owned()),
            email: Some("ada@example.org".to_owned()),
            phone_number: Some("+442071838750".to_owned()),
        }
    }
}

/// What the client gets after the user has agreed.
#[derive(Debug, Clone)]
pub struct Approval {
    /// The authorization code.
    pub code: String,
    /// The `state` that came with the address.
    pub state: String,
    /// Where the browser is sent: the redirect address with both.
    pub redirect: String,
}

/// A code that was issued, with what must match when it comes back.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) person: Person,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
}

impl Pending {
    /// Reads an address that `locate` built. None if a parameter is missing or PKCE is not S256.
    pub(super) fn read(query: &[(String, String)], person: &Person) -> Option<(Self, String)> {
        let of = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        if of("response_type")? != "code" || of("code_challenge_method")? != "S256" {
            return None;
        }
        let pending = Self {
            person: person.clone(),
            client_id: of("client_id")?,
            redirect_uri: of("redirect_uri")?,
            challenge: of("code_challenge")?,
            nonce: of("nonce"),
        };
        Some((pending, of("state")?))
    }

    pub(super) fn approval(&self, code: &str, state: String) -> Option<Approval> {
        let mut redirect = Url::parse(&self.redirect_uri).ok()?;
        redirect.query_pairs_mut().append_pair("code", code).append_pair("state", &state);
        Some(Approval { code: code.to_owned(), state, redirect: redirect.into() })
    }
}
