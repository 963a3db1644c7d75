//! Sessions with tokens.

use auth_application::kit::Tokens;
use auth_application::sign_in::PasswordCommand;
use auth_contracts::samples::sample_event;
use auth_domain::accounts::UserId;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::origin::Origin;
use auth_domain::sessions::{Session, SessionId};
use auth_ports::{AccessTokenMinter as _, Clock as _, SessionStore as _};

use super::{PASSWORD, Person, World, at_once, secret};

impl World {
    /// Lets somebody like [`World::ann`] sign in from where they were before; the tokens of the new session.
    pub(crate) fn sign_in(&self, person: &Person) -> Tokens {
        self.sign_in_from(person, person.origin())
    }

    /// The same from anywhere.
    pub(crate) fn sign_in_from(&self, person: &Person, origin: Origin) -> Tokens {
        let login = person.email().shown().to_owned();
        let command = PasswordCommand { login, password: secret(PASSWORD), origin };
        at_once(self.sign_in_with_password().run(command)).expect("they may sign in")
    }

    /// An access token of the person's first session that lives as long as the session.
    pub(crate) fn access_token(&self, person: &Person) -> String {
        self.tokens.mint(&self.caller(person).claims).expect("there is a key")
    }

    /// Ends a session, as its user does.
    pub(crate) fn end(&self, user: UserId, session: SessionId) {
        let event = NewEvent { at: self.clock.now(), ..sample_event(user, EventKind::SignedOut) };
        assert!(at_once(self.stores.end(user, session, event)).expect("memory answers"), "it was alive");
    }

    /// What was recorded last.
    pub(crate) fn last_event(&self) -> NewEvent {
        self.stores.events().pop().expect("something is recorded")
    }

    /// The user's live sessions, newest first.
    pub(crate) fn live_sessions(&self, user: UserId) -> Vec<Session> {
        at_once(self.stores.list(user, self.clock.now())).expect("memory answers")
    }
}
