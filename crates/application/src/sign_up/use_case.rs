//! Sign up: from claims and evidence to an account with its first session.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::access::{Method, Scope};
use auth_domain::accounts::{AccountIdentifier, UserId};
use auth_domain::clients::Clients;
use auth_domain::credentials::{PasswordError, PasswordPolicy};
use auth_domain::events::{Actor, EventKind, NewEvent};
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::{IdentifierError, IdentifierKind};
use auth_domain::keyed_hash::ServerKey;
use auth_domain::origin::Origin;
use auth_domain::profile::ProfileError;
use auth_domain::proofs::ProofHash;
use auth_domain::sign_up::{NewAccount, Refusal, Scenarios};
use auth_ports::{AccountStore, Clock, Entropy, PasswordHasher, ProofStore, RegisterError, Verdict, draw};
use thiserror::Error;

use super::SignUpCommand;
use super::request::Request;
use crate::kit::{
    Arrival, Begin, Failure, Presented, ProofProblem, ProofRefusal, SessionIssuer, SessionStarter, Shown, StartError,
    Tokens, Worth, new_event,
};

/// How often a clash of user ids is answered with another draw. One in two million pairs of users
/// of one millisecond clashes, so a second clash in a row is a fault of the random source.
const USER_ID_DRAWS: usize = 5;

/// Why nobody was signed up. Nothing was stored and no proof was spent.
#[derive(Debug, Error)]
pub enum SignUpError {
    /// Not one of the scenarios, or an incomplete one.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The username is malformed.
    #[error(transparent)]
    Username(#[from] IdentifierError),
    /// A part of the profile is malformed.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The verification token does not pay.
    #[error("verification token {0}")]
    VerificationToken(ProofProblem),
    /// The provider token does not pay.
    #[error("provider_token {problem}")]
    ProviderToken {
        /// Why.
        problem: ProofProblem,
        /// Whether it came beside an address, where clients are known to send other things in it.
        beside_address: bool,
    },
    /// The user of `anonymous_token` is not anonymous, or not any more.
    #[error("anonymous_token is not of an anonymous user")]
    NotAnonymous,
    /// The operator does not let this client's users sign up this way.
    #[error("signing up by {0} is not open to this client")]
    ScenarioClosed(&'static str),
    /// Somebody has this address or name.
    #[error("{0} is registered already")]
    Taken(IdentifierKind),
    /// Somebody has this third party's identity.
    #[error("the third party's account is bound to a user already")]
    ExternalIdentityTaken,
    /// The world failed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

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

    /// Makes an account, spends its proofs and begins its first session.
    ///
    /// The same command again within two minutes, and until the first refresh, gives a fresh session
    /// of the same user: the answer to the first may have been lost.
    ///
    /// # Errors
    /// [`SignUpError`].
    pub async fn run(&self, command: SignUpCommand) -> Result<Tokens, SignUpError> {
        let request = self.read(&command)?;
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
    ) -> Result<Tokens, SignUpError> {
        let request = Request::of_identity(profile, proof, fingerprint);
        self.check_scenario(request.scenario, origin)?;
        self.register(request, Some(profile.clone()), origin).await
    }

    fn read(&self, command: &SignUpCommand) -> Result<Request, SignUpError> {
        let claims = command.claims();
        let scenario = self.scenarios.choose(&claims)?;
        self.check_scenario(scenario.name(), &command.origin)?;
        Request::read(command, scenario.name(), scenario.plan(&claims)?, &self.password_policy, &self.key)
    }

    fn check_scenario(&self, scenario: &'static str, origin: &Origin) -> Result<(), SignUpError> {
        let open = self.clients.offer(&origin.client, scenario);
        if open { Ok(()) } else { Err(SignUpError::ScenarioClosed(scenario)) }
    }

    /// Finds the proofs and judges them together: all pay, or all have paid for this very request.
    async fn examine(&self, request: &Request, origin: &Origin) -> Result<Evidence, SignUpError> {
        let presented = Presented { client: &origin.client, fingerprint: &request.fingerprint, now: self.clock.now() };
        let mut worths = Vec::with_capacity(2);
        if let Some((address, hash)) = request.address_proof() {
            let accepted = presented.find(&*self.proofs, &hash).await.map_err(verification_refused)?;
            accepted.proves(address).map_err(SignUpError::VerificationToken)?;
            worths.push(accepted.worth);
        }
        let mut external = None;
        if let Some(hash) = request.provider_proof {
            let refused = |refusal| provider_refused(refusal, request.address.is_some());
            let accepted = presented.find(&*self.proofs, &hash).await.map_err(refused)?;
            external = Some(accepted.external_profile().map_err(|problem| refused(problem.into()))?.clone());
            worths.push(accepted.worth);
        }
        let worth = agree(&worths).ok_or(SignUpError::VerificationToken(ProofProblem::Spent))?;
        Ok(Evidence { external, worth })
    }

    async fn register(
        &self,
        request: Request,
        external: Option<ExternalProfile>,
        origin: &Origin,
    ) -> Result<Tokens, SignUpError> {
        if let Some((user, session)) = request.anonymous_user {
            let found = self.accounts.find_in_session(user, session, self.clock.now()).await;
            if found.map_err(Failure::from)?.is_none() {
                return self.refuse(SignUpError::NotAnonymous, request, origin).await;
            }
        }
        let password = match request.password.clone() {
            Some(password) => {
                if let Some(kind) = self.find_taken(&request).await? {
                    return self.refuse(SignUpError::Taken(kind), request, origin).await;
                }
                Some(self.hasher.hash(password).await.map_err(Failure::from)?)
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
            let (session, tokens) = self.issuer.begin(begin).map_err(Failure::from)?;
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
            match self.accounts.register(account).await {
                Ok(()) => return Ok(tokens),
                Err(RegisterError::UserIdTaken) if request.anonymous_user.is_some() => {
                    return Err(SignUpError::NotAnonymous);
                }
                Err(RegisterError::UserIdTaken) => {}
                Err(RegisterError::IdentifierTaken(kind)) => return Err(SignUpError::Taken(kind)),
                Err(RegisterError::ExternalIdentityTaken) => return Err(SignUpError::ExternalIdentityTaken),
                // Spent between the look at it and the transaction.
                Err(RegisterError::ProofUnusable) => {
                    let expired = SignUpError::VerificationToken(ProofProblem::Expired);
                    return self.refuse(expired, request, origin).await;
                }
                Err(RegisterError::Store(error)) => return Err(Failure::from(error).into()),
            }
        }
        Err(Failure::Internal("the random source repeats itself".into()).into())
    }

    /// Courtesy before something dear, for the constraint decides: whoever asks for a taken name again and again
    /// with one proof must not keep the hasher busy.
    async fn find_taken(&self, request: &Request) -> Result<Option<IdentifierKind>, SignUpError> {
        for claimed in request.address.iter().chain(&request.username) {
            if self.accounts.find_owner(claimed).await.map_err(Failure::from)?.is_some() {
                return Ok(Some(claimed.kind()));
            }
        }
        Ok(None)
    }

    /// Refuses, unless what stands in the way was done by this same request, sent twice at once.
    async fn refuse(&self, reason: SignUpError, request: Request, origin: &Origin) -> Result<Tokens, SignUpError> {
        match self.examine(&request, origin).await?.worth {
            Worth::Repeated(user) => self.repeat(request, user, origin).await,
            Worth::Good => Err(reason),
        }
    }

    async fn repeat(&self, request: Request, user: UserId, origin: &Origin) -> Result<Tokens, SignUpError> {
        let account = self.accounts.find(user).await.map_err(Failure::from)?.ok_or_else(|| request.spent())?;
        if let Some(password) = request.password.clone() {
            let verdict = self.hasher.verify(password, account.password.clone()).await.map_err(Failure::from)?;
            if verdict == Verdict::Differs {
                return Err(request.spent());
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
        self.starter.start_again(arrival).await.map_err(|error| match error {
            StartError::ProofSpent | StartError::Inactive | StartError::PasswordChanged => request.spent(),
            StartError::Failed(failure) => failure.into(),
        })
    }

    fn event(&self, kind: EventKind, user: UserId, method: &str, origin: &Origin, at: Timestamp) -> NewEvent {
        let event = new_event(&*self.entropy, kind, Some(user), Actor::User(origin.clone()), at);
        NewEvent { method: Some(method.to_owned()), ..event }
    }
}

fn verification_refused(refusal: ProofRefusal) -> SignUpError {
    match refusal {
        ProofRefusal::Problem(problem) => SignUpError::VerificationToken(problem),
        ProofRefusal::Failed(failure) => failure.into(),
    }
}

fn provider_refused(refusal: ProofRefusal, beside_address: bool) -> SignUpError {
    match refusal {
        ProofRefusal::Problem(problem) => SignUpError::ProviderToken { problem, beside_address },
        ProofRefusal::Failed(failure) => failure.into(),
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

    fn spent(&self) -> SignUpError {
        match self.address {
            Some(_) => SignUpError::VerificationToken(ProofProblem::Spent),
            None => SignUpError::ProviderToken { problem: ProofProblem::Spent, beside_address: false },
        }
    }
}
