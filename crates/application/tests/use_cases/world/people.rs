//! People, what they can present, and who they are when they call.

use auth_application::kit::{Caller, Tokens};
use auth_contracts::Stores;
use auth_contracts::samples::{
    SampleAccount, sample_address_proof, sample_begin, sample_device, sample_event, sample_held_proof, sample_proof,
    sample_provider_proof, sample_session, sample_sudo_proof, sample_unbinding, sample_username, start, unique_bytes,
};
use auth_domain::access::AccessClaims;
use auth_domain::accounts::change::{AccountChange, AccountDeletion, Author, Change, SessionsToEnd};
use auth_domain::accounts::{Account, AccountIdentifier, UserId, UserStatus};
use auth_domain::clients::ClientId;
use auth_domain::credentials::PasswordHash;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::external_identities::{ExternalProfile, ProviderId};
use auth_domain::fingerprint::Fingerprint;
use auth_domain::identifier::{Identifier, IdentifierKind};
use auth_domain::origin::{Network, Origin};
use auth_domain::payment::Payment;
use auth_domain::proofs::{NewProof, Proof, ProofHash, ProofToken};
use auth_domain::sessions::{NewSession, SessionId};
use auth_ports::{AccountStore, Clock as _, ProofStore, SessionStore as _, TradeProof, UserStore as _};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};

use super::{World, at_once};
use crate::fakes::hash_of;

/// The password of everybody who has one, unless a test says otherwise.
pub(crate) const PASSWORD: &str = "DemoPass123!@#";

/// Somebody who has signed up, with their first session.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) sample: SampleAccount,
}

impl Person {
    pub(crate) fn id(&self) -> UserId {
        self.sample.account.id
    }

    pub(crate) fn session(&self) -> &NewSession {
        &self.sample.account.session
    }

    /// Where they call from.
    pub(crate) fn origin(&self) -> Origin {
        self.session().origin.clone()
    }

    /// Their login name of this kind, as it was at sign-up.
    pub(crate) fn named(&self, kind: IdentifierKind) -> &Identifier {
        let held = self.sample.account.identifiers.iter().map(|held| &held.identifier);
        held.clone().find(|identifier| identifier.kind() == kind).expect("they have one of this kind")
    }

    pub(crate) fn email(&self) -> &Identifier {
        self.named(IdentifierKind::EMAIL)
    }

    /// Their identity at a third party, as it was at sign-up.
    pub(crate) fn identity(&self) -> &ExternalProfile {
        self.sample.account.external_identity.as_ref().expect("they have one")
    }
}

/// Gives the sample this password.
pub(crate) fn knowing(mut sample: SampleAccount, password: &str) -> SampleAccount {
    sample.account.password = Some(hash_of(password));
    sample
}

/// Makes a secret as requests carry it.
pub(crate) fn secret(text: &str) -> SecretString {
    text.into()
}

impl World {
    /// Lets somebody sign up a second ago, so that what they do next has an instant of its own.
    pub(crate) fn person(&self, sample: SampleAccount) -> Person {
        at_once(Stores::of(self.stores.clone()).sign_up(&sample));
        self.pass(1);
        Person { sample }
    }

    /// Ann, who has an e-mail address, a username and [`PASSWORD`].
    pub(crate) fn ann(&self) -> Person {
        let sample = SampleAccount::new().with_email().with_username(&sample_username());
        self.person(knowing(sample, PASSWORD))
    }

    /// Somebody who has an e-mail address and no password.
    pub(crate) fn passwordless(&self) -> Person {
        self.person(SampleAccount::new().with_email())
    }

    /// An anonymous user.
    pub(crate) fn anonymous(&self) -> Person {
        self.person(SampleAccount::anonymous())
    }

    /// The person as a caller with their first session, and with their account as it is now.
    pub(crate) fn caller(&self, person: &Person) -> Caller {
        let NewSession { id, user, ref origin, scope, ref method, created_at, expires_at, .. } = *person.session();
        let claims = AccessClaims {
            user,
            session: id,
            client: origin.client.clone(),
            for_client: origin.client_is_proven,
            scope,
            method: method.clone(),
            issued_at: created_at,
            expires_at,
        };
        Caller { claims, account: self.account(person.id()) }
    }

    /// Makes the next user ids that are drawn clash with this one, if they are drawn in the same millisecond.
    pub(crate) fn draw_again(&self, user: UserId, times: usize) {
        let [.., a, b, c, d] = user.as_i64().to_be_bytes();
        (0..times).for_each(|_| self.entropy.script.push(&[a, b, c, d]));
    }

    /// Lets the person sign in on another device.
    pub(crate) fn another_session(&self, person: &Person) -> SessionId {
        let session = NewSession { scope: person.session().scope, ..sample_session(person.id()) };
        at_once(self.stores.begin(sample_begin(session.clone()))).expect("they may sign in");
        session.id
    }

    /// Ends the person's first session.
    pub(crate) fn sign_out(&self, person: &Person) {
        let event = sample_event(person.id(), EventKind::SignedOut);
        assert!(at_once(self.stores.end(person.id(), person.session().id, event)).expect("memory answers"));
    }

    /// The account, which must exist.
    pub(crate) fn account(&self, user: UserId) -> Account {
        at_once(AccountStore::find(&self.stores, user)).expect("memory answers").expect("the account is there")
    }

    /// The owner of this login name.
    pub(crate) fn owner(&self, identifier: &Identifier) -> Option<UserId> {
        at_once(self.stores.find_owner(identifier)).expect("memory answers")
    }

    /// Deletes the account, as an operator does.
    pub(crate) fn remove(&self, user: UserId) {
        let deletion = AccountDeletion {
            user,
            by: Author::Operator,
            payment: None,
            event: NewEvent { at: self.clock.now(), ..sample_event(user, EventKind::AccountDeleted) },
            telling: None,
            at: self.clock.now(),
        };
        at_once(self.stores.delete(deletion)).expect("the account was there");
    }

    /// Gives the account another password, as an operator does.
    pub(crate) fn change_password(&self, user: UserId, hash: PasswordHash) {
        self.change(user, Change::Password(hash), EventKind::PasswordSet);
    }

    /// Binds a third party's identity to the account.
    pub(crate) fn bind(&self, user: UserId, profile: ExternalProfile) {
        self.change(user, Change::Bind(Box::new(profile)), EventKind::IdentityBound);
    }

    /// Unbinds a third party's identity from the account.
    pub(crate) fn unbind(&self, user: UserId, provider: ProviderId) {
        let addresses = self.account(user).identifiers.into_iter().map(|held| held.identifier).collect();
        self.change(user, Change::Unbind(sample_unbinding(provider, addresses)), EventKind::IdentityUnbound);
    }

    /// Gives the account another proven address in place of the one of its kind.
    pub(crate) fn readdress(&self, user: UserId, address: Identifier) {
        let now = self.clock.now();
        let held = AccountIdentifier { identifier: address, verified_at: Some(now), added_at: now };
        self.change(user, Change::Identifier(held), EventKind::ContactChanged);
    }

    fn change(&self, user: UserId, change: Change, recorded: EventKind) {
        let change = AccountChange {
            user,
            by: Author::Operator,
            changes: vec![change],
            payment: None,
            end_sessions: SessionsToEnd::None,
            events: vec![sample_event(user, recorded)],
            telling: None,
            at: self.clock.now(),
        };
        at_once(self.stores.change(change)).expect("the account is there");
    }

    /// Blocks the account, as an operator does.
    pub(crate) fn block(&self, user: UserId) {
        let now = self.clock.now();
        let event = NewEvent { at: now, ..sample_event(user, EventKind::UserBlocked) };
        assert!(at_once(self.stores.set_status(user, UserStatus::Blocked, event, now)).expect("memory answers"));
    }

    /// The caller with these tokens, which must be valid.
    pub(crate) fn caller_with(&self, tokens: &Tokens) -> Caller {
        at_once(self.authenticate().run(Some(&tokens.access_token))).expect("the tokens are good")
    }

    /// Stores a proof, as if it were issued now, and returns its token.
    pub(crate) fn keep_proof(&self, proof: NewProof) -> SecretString {
        let token = ProofToken::new(unique_bytes());
        let passed = self.clock.now() - start();
        let (created_at, expires_at) = (proof.created_at + passed, proof.expires_at + passed);
        let proof = NewProof { hash: token.hash(), created_at, expires_at, ..proof };
        at_once(ProofStore::create(&self.stores, proof)).expect("a new proof");
        token.expose().into()
    }

    /// Proves control of an address.
    pub(crate) fn proof_of_address(&self, address: &Identifier) -> SecretString {
        self.keep_proof(sample_address_proof(address.clone()))
    }

    /// Proves control of an address with a code that was asked for so many seconds after people here signed up.
    pub(crate) fn proof_asked_for_at(&self, second: i64, address: &Identifier) -> SecretString {
        let created_at = start() + TimeDelta::seconds(second) - (self.clock.now() - start());
        self.keep_proof(NewProof { created_at, ..sample_address_proof(address.clone()) })
    }

    /// Proves an identity at a third party.
    pub(crate) fn proof_of_identity(&self, profile: &ExternalProfile) -> SecretString {
        self.keep_proof(sample_provider_proof(profile.clone()))
    }

    /// Proves that the person is present.
    pub(crate) fn proof_of_presence(&self, person: &Person) -> SecretString {
        self.keep_proof(sample_sudo_proof(person.session()))
    }

    /// Proves control of an address while the person is signed in.
    pub(crate) fn held_proof_of(&self, person: &Person, address: &Identifier) -> SecretString {
        self.keep_proof(sample_held_proof(person.id(), address.clone()))
    }

    /// Lets the user spend a proof on something that no use case here asks for.
    pub(crate) fn spend(&self, token: &SecretString, user: UserId) {
        let fingerprint = Fingerprint::from_bytes(unique_bytes());
        let payment = Payment { proofs: vec![hash_of_token(token)], vouchers: Vec::new(), fingerprint, required: None };
        let trade = TradeProof { proof: sample_proof(), user, payment, at: self.clock.now() };
        at_once(self.stores.trade(trade)).expect("a good proof");
    }

    /// The proof behind a token, which must exist.
    pub(crate) fn proof_behind(&self, token: &SecretString) -> Proof {
        let hash = hash_of_token(token);
        self.stores.proofs().into_iter().find(|proof| proof.hash == hash).expect("the proof is there")
    }
}

/// The hash of a token that a client presents.
pub(crate) fn hash_of_token(token: &SecretString) -> ProofHash {
    ProofToken::parse(token.expose_secret()).expect("a token").hash()
}

/// Variants of the origin of requests.
pub(crate) trait Origins {
    /// The same, from another client.
    fn at_another_client(self) -> Self;

    /// The same, from another device in another network.
    fn elsewhere(self) -> Self;
}

impl Origins for Origin {
    fn at_another_client(self) -> Self {
        Self { client: ClientId::parse("another-app").expect("a client id"), ..self }
    }

    fn elsewhere(self) -> Self {
        let network = Network::of("203.0.113.99".parse().expect("an address"));
        Self { device: Some(sample_device()), network, ..self }
    }
}
