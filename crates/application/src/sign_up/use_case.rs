//! Sign up: from claims and evidence to an account with its first session.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::access::{Method, Scope};
use auth_domain::accounts::{AccountIdentifier, UserId};
use auth_domain::clients::Clients;
use auth_domain::credentials::PasswordPolicy;
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::IdentifierKind;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::Origin;
use auth_domain::proofs::ProofHash;
use auth_domain::sign_up::{NewAccount, OwnField, Scenarios};
use auth_ports::{
    AccountStore, BeginRefusal, Clock, Entropy, Failure, Halt, Halted as _, OrRefuse as _, PasswordHasher, ProofStore,
    RegisterRefusal, Verdict, draw, refuse,
};

use super::request::Request;
use super::{SignUpCommand, SignUpRefusal};
use crate::kit::{
    Arrival, Begin, Presented, ProofProblem, SessionIssuer, SessionStarter, Shown, Tokens, Worth, new_event,
};

/// How often a clash of user ids is answered with another draw. One in two million pairs of users
/// of one millisecond clashes, so a second clash in a row is a fault of the random source.
const USER_ID_DRAWS: usize = 5;

/// Signs users up.
pub struct SignUp {
    accounts: Arc<dyn AccountStore>,
    proofs: Arc<dyn ProofStore>,
    starter: SessionStarter,
    hasher: Arc<dyn PasswordHasher>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    issuer: SessionIssuer,
    key: ServerKey,
    scenarios: Scenarios,
    password_policy: PasswordPolicy,
    clients: Clients,
}

/// The proofs of a request, found.
struct Evidence {
    external: Option<ExternalProfile>,
    worth: Worth,
}

impl SignUp {
    /// On these ports, by these rules.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "a use case lists every port that it uses")]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        proofs: Arc<dyn ProofStore>,
        starter: SessionStarter,
        hasher: Arc<dyn PasswordHasher>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        issuer: SessionIssuer,
        key: ServerKey,
        scenarios: Scenarios,
        password_policy: PasswordPolicy,
        clients: Clients,
    ) -> Self {
        Self { accounts, proofs, starter, hasher, clock, entropy, issuer, key, scenarios, password_policy, clients }
    }

    /// The request fields that are scenarios' own. A command carries those that are present in `own`.
    pub fn own_fields(&self) -> impl Iterator<Item = &OwnField> {
        self.scenarios.own_fields()
    }

    /// Makes an account, spends its proofs and begins its first session.
    ///
    /// The same command again within two minutes, and until the first refresh, gives a fresh session
    /// of the same user: the answer to the first may have been lost.
    ///
    /// # Errors
    /// [`SignUpRefusal`], or the failure.
    pub async fn run(&self, command: SignUpCommand) -> Result<Tokens, Halt<SignUpRefusal>> {
        let request = self.read(&command).or_refuse()?;
        let evidence = self.examine(&request, &command.origin).await?;
        match evidence.worth {
            Worth::Good => self.register(request, evidence.external, &command.origin).await,
            Worth::Repeated(user) => self.repeat(request, user, &command.origin).await,
        }
    }

    /// Signs up who came with a proven identity and nothing else, for a request of another use case.
    pub(crate) async fn with_identity(
        &self,
        profile: &ExternalProfile,
        proof: ProofHash,
        fingerprint: [u8; 32],
        origin: &Origin,
    ) -> Result<Tokens, Halt<SignUpRefusal>> {
        let request = Request::of_identity(profile, proof, fingerprint);
        self.check_scenario(request.scenario, origin).or_refuse()?;
        self.register(request, Some(profile.clone()), origin).await
    }

    fn read(&self, command: &SignUpCommand) -> Result<Request, SignUpRefusal> {
        let claims = command.claims();
        let scenario = self.scenarios.choose(&claims)?;
        self.check_scenario(scenario.name(), &command.origin)?;
        Request::read(command, scenario.name(), scenario.plan(&claims)?, &self.password_policy, &self.key)
    }

    fn check_scenario(&self, scenario: &'static str, origin: &Origin) -> Result<(), SignUpRefusal> {
        let open = self.clients.offer(&origin.client, scenario);
        if open { Ok(()) } else { Err(SignUpRefusal::ScenarioClosed(scenario)) }
    }

    /// Finds the proofs and judges them together: all pay, or all have paid for this very request.
    async fn examine(&self, request: &Request, origin: &Origin) -> Result<Evidence, Halt<SignUpRefusal>> {
        let presented = Presented { client: &origin.client, fingerprint: &request.fingerprint, now: self.clock.now() };
        let mut worths = Vec::with_capacity(2);
        if let Some((address, hash)) = request.address_proof() {
            let accepted = presented.find(&*self.proofs, &hash).await.refused_as(SignUpRefusal::VerificationToken)?;
            accepted.proves(address).map_err(SignUpRefusal::VerificationToken).or_refuse()?;
            worths.push(accepted.worth);
        }
        let mut external = None;
        if let Some(hash) = request.provider_proof {
            let beside_address = request.address.is_some();
            let refused = |problem| SignUpRefusal::ProviderToken { problem, beside_address };
            let accepted = presented.find(&*self.proofs, &hash).await.refused_as(refused)?;
            external = Some(accepted.external_profile().map_err(refused).or_refuse()?.clone());
            worths.push(accepted.worth);
        }
        let worth = agree(&worths).ok_or(Halt::Refused(SignUpRefusal::VerificationToken(ProofProblem::Spent)))?;
        Ok(Evidence { external, worth })
    }

    async fn register(
        &self,
        request: Request,
        external: Option<ExternalProfile>,
        origin: &Origin,
    ) -> Result<Tokens, Halt<SignUpRefusal>> {
        if let Some((user, session)) = request.anonymous_user {
            let found = self.accounts.find_in_session(user, session, self.clock.now()).await;
            if found?.is_none() {
                return self.refuse(SignUpRefusal::NotAnonymous, request, origin).await;
            }
        }
        let password = match request.password.clone() {
            Some(password) => {
                if let Some(kind) = self.find_taken(&request).await? {
                    return self.refuse(SignUpRefusal::Taken(kind), request, origin).await;
                }
                Some(self.hasher.hash(password).await?)
            }
            None => None,
        };
        for _ in 0..USER_ID_DRAWS {
            let now = self.clock.now();
            let anonymous = request.anonymous_user.map(|(user, _)| user);
            let id = anonymous.unwrap_or_else(|| UserId::generate(now, draw(&*self.entropy)));
            let begin = Begin {
                user: id,
                origin,
                scope: Scope::User,
                method: request.method(external.as_ref()),
                paid_by: request.paid_by(),
                now,
            };
            let (session, tokens) = self.issuer.begin(begin)?;
            let account = NewAccount {
                id,
                profile: request.profile.clone(),
                identifiers: request.identifiers(now),
                external_identity: external.clone(),
                password: password.clone(),
                proofs: request.proofs(),
                fingerprint: request.fingerprint,
                session,
                event: self.event(EventKind::SignedUp, id, request.scenario, origin, now),
                was_anonymous: request.anonymous_user.is_some(),
                created_at: now,
            };
            match self.accounts.register(account).await.decided()? {
                Ok(()) => return Ok(tokens),
                Err(RegisterRefusal::UserIdTaken) if request.anonymous_user.is_some() => {
                    return refuse(SignUpRefusal::NotAnonymous);
                }
                Err(RegisterRefusal::UserIdTaken) => {}
                Err(RegisterRefusal::IdentifierTaken(kind)) => return refuse(SignUpRefusal::Taken(kind)),
                Err(RegisterRefusal::ExternalIdentityTaken) => return refuse(SignUpRefusal::ExternalIdentityTaken),
                // Spent between the look at it and the transaction.
                Err(RegisterRefusal::ProofUnusable) => {
                    let expired = SignUpRefusal::VerificationToken(ProofProblem::Expired);
                    return self.refuse(expired, request, origin).await;
                }
            }
        }
        Err(Failure::internal("the random source repeats itself").into())
    }

    /// Courtesy before something dear, for the constraint decides: whoever asks for a taken name again and again
    /// with one proof must not keep the hasher busy.
    async fn find_taken(&self, request: &Request) -> Result<Option<IdentifierKind>, Halt<SignUpRefusal>> {
        for claimed in request.address.iter().chain(&request.username) {
            if self.accounts.find_owner(claimed).await?.is_some() {
                return Ok(Some(claimed.kind()));
            }
        }
        Ok(None)
    }

    /// Refuses, unless what stands in the way was done by this same request, sent twice at once.
    async fn refuse(
        &self,
        reason: SignUpRefusal,
        request: Request,
        origin: &Origin,
    ) -> Result<Tokens, Halt<SignUpRefusal>> {
        match self.examine(&request, origin).await?.worth {
            Worth::Repeated(user) => self.repeat(request, user, origin).await,
            Worth::Good => refuse(reason),
        }
    }

    async fn repeat(&self, request: Request, user: UserId, origin: &Origin) -> Result<Tokens, Halt<SignUpRefusal>> {
        let account = self.accounts.find(user).await?.ok_or_else(|| Halt::Refused(request.spent()))?;
        if let Some(password) = request.password.clone() {
            let verdict = self.hasher.verify(password, account.password.clone()).await?;
            if verdict == Verdict::Differs {
                return refuse(request.spent());
            }
        }
        let external = account.external_identities.first().map(|identity| &identity.profile);
        let arrival = Arrival {
            user,
            origin,
            scope: Scope::User,
            method: request.method(external),
            payment: request.paid_by().map(|proof| (proof, request.fingerprint)),
            shown: Shown::Other,
        };
        self.starter.start_again(arrival).await.refused_as(|refusal| match refusal {
            BeginRefusal::ProofUnusable | BeginRefusal::Inactive | BeginRefusal::PasswordChanged => request.spent(),
        })
    }

    fn event(&self, kind: EventKind, user: UserId, method: &str, origin: &Origin, at: Timestamp) -> NewEvent {
        let event = new_event(&*self.entropy, kind, Some(user), Actor::User(origin.clone()), at);
        NewEvent { method: Some(method.to_owned()), ..event }
    }
}

/// The common worth of all proofs; `None` when they disagree, that is when one has paid for another
/// request than the others.
fn agree(worths: &[Worth]) -> Option<Worth> {
    let (first, others) = worths.split_first()?;
    others.iter().all(|worth| worth == first).then_some(*first)
}

impl Request {
    fn identifiers(&self, now: Timestamp) -> Vec<AccountIdentifier> {
        let proven = self.address.iter().map(|address| (address, Some(now)));
        let chosen = self.username.iter().map(|username| (username, None));
        proven
            .chain(chosen)
            .map(|(identifier, verified_at)| AccountIdentifier { identifier: identifier.clone(), verified_at })
            .collect()
    }

    fn method(&self, external: Option<&ExternalProfile>) -> Method {
        match (&self.address, external) {
            (Some(address), _) => Method::new(address.kind().name()),
            (None, Some(profile)) => Method::new(profile.provider.as_str()),
            (None, None) => Method::new(self.scenario),
        }
    }

    /// The proof that ties the sessions of repeated requests together.
    fn paid_by(&self) -> Option<ProofHash> {
        self.verification_proof.or(self.provider_proof)
    }

    fn spent(&self) -> SignUpRefusal {
        match self.address {
            Some(_) => SignUpRefusal::VerificationToken(ProofProblem::Spent),
            None => SignUpRefusal::ProviderToken { problem: ProofProblem::Spent, beside_address: false },
        }
    }
}
