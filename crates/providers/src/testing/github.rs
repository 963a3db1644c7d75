//! A fake GitHub.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use url::Url;

use super::lie::{FakeEndpoint, Lie};
use super::person::{Approval, Pending, Person};
use super::responder::{Reply, Request, Responder};
use crate::code_flow::challenge;

/// A fake GitHub on the loopback interface: pages and API at one address. Errors of the token endpoint
/// come with status 200, as GitHub's do. It ends when it is dropped.
pub struct FakeGitHub {
    state: Arc<Mutex<State>>,
    responder: Responder,
}

#[derive(Default)]
struct State {
    lie: Option<Lie>,
    codes: HashMap<String, Pending>,
    tokens: HashMap<String, Person>,
    emails: Option<Value>,
    handed_out: usize,
}

impl FakeGitHub {
    /// The one client that it knows.
    pub const CLIENT_ID: &'static str = "Iv1.0123456789abcdef";
    /// That client's secret.
    pub const CLIENT_SECRET: &'static str = "github secret";

    /// Starts it.
    #[must_use]
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let answering = Arc::clone(&state);
        let responder = Responder::start(move |request| lock(&answering).answer(request));
        Self { state, responder }
    }

    /// The base of both its pages and its API.
    #[must_use]
    pub fn base(&self) -> String {
        self.responder.base()
    }

    /// Makes it tell this lie, and no other, from now on.
    pub fn lie(&self, lie: Lie) {
        lock(&self.state).lie = Some(lie);
    }

    /// Makes it tell the truth from now on.
    pub fn tell_the_truth(&self) {
        lock(&self.state).lie = None;
    }

    /// Sets what it says about everybody's e-mail addresses. Before that nobody may ask.
    pub fn list_emails(&self, emails: Value) {
        lock(&self.state).emails = Some(emails);
    }

    /// Acts as the browser and the user: opens an address that `locate` built and agrees. `None` if GitHub would show
    /// an error page.
    #[must_use]
    pub fn approve(&self, address: &str, person: &Person) -> Option<Approval> {
        let address = Url::parse(address).ok()?;
        let query: Vec<_> = address.query_pairs().into_owned().collect();
        lock(&self.state).approve(&query, person)
    }

    /// Returns how often a path, such as `/user`, was requested.
    #[must_use]
    pub fn calls(&self, path: &str) -> usize {
        self.responder.calls(path)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn approve(&mut self, query: &[(String, String)], person: &Person) -> Option<Approval> {
        let (pending, state) = Pending::read(query, person)?;
        self.handed_out += 1;
        let code = format!("code-{}", self.handed_out);
        let approval = pending.approval(&code, state)?;
        self.codes.insert(code, pending);
        Some(approval)
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let endpoint = match request.path.as_str() {
            "/login/oauth/authorize" => return self.authorize(request),
            "/login/oauth/access_token" => FakeEndpoint::Token,
            "/user" => FakeEndpoint::User,
            "/user/emails" => FakeEndpoint::Emails,
            _ => return Reply::Json(404, json!({ "message": "Not Found" })),
        };
        match (self.lie, endpoint) {
            (Some(Lie::At(at, how)), _) if at == endpoint && request.query.is_empty() => Reply::Misbehave(how),
            (Some(Lie::OAuthError(error)), FakeEndpoint::Token) => Reply::Json(200, json!({ "error": error })),
            (_, FakeEndpoint::Token) => Reply::Json(200, self.token(request)),
            (_, FakeEndpoint::Emails) => self.emails(request),
            _ => self.user(request),
        }
    }

    fn authorize(&mut self, request: &Request) -> Reply {
        match self.approve(&request.query, &Person::ada()) {
            Some(approval) => Reply::Redirect(approval.redirect),
            None => Reply::Json(400, json!({ "error": "invalid_request" })),
        }
    }

    fn token(&mut self, request: &Request) -> Value {
        let known = request.field("client_id") == Some(FakeGitHub::CLIENT_ID)
            && request.field("client_secret") == Some(FakeGitHub::CLIENT_SECRET);
        if !known {
            return json!({ "error": "incorrect_client_credentials" });
        }
        let pending = request.field("code").and_then(|code| self.codes.remove(code));
        let verifier = request.field("code_verifier").map(challenge);
        match pending {
            Some(pending) if verifier.as_ref() == Some(&pending.challenge) => {
                let token = format!("gho_{}", self.handed_out);
                self.tokens.insert(token.clone(), pending.person);
                json!({ "access_token": token, "token_type": "bearer", "scope": "read:user" })
            }
            _ => json!({ "error": "bad_verification_code", "error_description": "incorrect or expired" }),
        }
    }

    /// Without the scope that it needs, GitHub hides the page.
    fn emails(&self, request: &Request) -> Reply {
        match (self.bearer(request), &self.emails) {
            (Err(refused), _) => refused,
            (Ok(_), None) => Reply::Json(404, json!({ "message": "Not Found" })),
            (Ok(_), Some(emails)) => Reply::Json(200, emails.clone()),
        }
    }

    fn bearer(&self, request: &Request) -> Result<&Person, Reply> {
        if request.header("user-agent").is_none() {
            return Err(Reply::Json(403, json!({ "message": "Request forbidden by administrative rules." })));
        }
        let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let person = token.and_then(|token| self.tokens.get(token));
        person.ok_or_else(|| Reply::Json(401, json!({ "message": "Bad credentials" })))
    }

    fn user(&self, request: &Request) -> Reply {
        let person = match self.bearer(request) {
            Ok(person) => person,
            Err(refused) => return refused,
        };
        let mut id = json!(person.subject.parse::<u64>().unwrap_or_default());
        match self.lie {
            Some(Lie::NoSubject) => id = Value::Null,
            Some(Lie::EmptySubject) => id = json!(""),
            _ => {}
        }
        Reply::Json(
            200,
            json!({
                "id": id,
                "login": "ada",
                "name": person.name,
                "avatar_url": person.picture,
                "email": person.email,
            }),
        )
    }
}
