//! Sign up: from claims and evidence to an account with its first session.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::access::{Method, Scope};
use auth_domain::accounts::{AccountIdentifier, UserId};
use auth_domain::clients::Clients;
use auth_domain::credentials::PasswordPolicy;
use auth_domain::events::{EventKind, NewEvent};
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::Schemes;
use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_domain::proofs::ProofHash;
use auth_domain::sign_up::{NewAccount, OwnField, Scenarios};
use auth_domain::vouchers::VoucherKind;
use auth_ports::{
    AccountStore, BeginRefusal, Failure, Halt, Halted as _, Happened, KeptPlace, OrRefuse as _, RegisterRefusal,
    SessionBeginning, UserToBe, Verdict, refuse,
};

use super::request::Request;
use super::{SignUpCommand, SignUpRefusal};
use crate::kit::{
    Arrival, Attempt, Begin, Hashes, PaidRequest, Payments, Recorder, Rules, Sessions, Shown, Tokens, Worth, look_twice,
};

/// How often another user id is drawn after a clash. One in two million pairs of users in the same millisecond
/// clashes, so a second clash in a row indicates a fault of the random source.
const USER_ID_DRAWS: usize = 5;

/// The operator's rules for signing up.
pub struct SignUpPolicy {
    /// The ways to sign up.
    pub scenarios: Scenarios,
    /// The registered kinds of identifiers.
    pub schemes: Schemes,
    /// Which passwords are acceptable.
    pub passwords: PasswordPolicy,
    /// Which ways are open to which client.
    pub clients: Clients,
    /// The rules that are asked last, before somebody becomes a user.
    pub rules: Rules,
}

/// Signs users up.
pub struct SignUp {
    accounts: Arc<dyn AccountStore>,
    payments: Payments,
    sessions: Sessions,
    hashes: Hashes,
    recorder: Recorder,
    policy: SignUpPolicy,
}

/// The proofs and vouchers that were found for a request.
struct Evidence {
    external: Option<ExternalProfile>,
    worth: Worth,
}

impl SignUp {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(
        accounts: Arc<dyn AccountStore>,
        payments: Payments,
        sessions: Sessions,
        hashes: Hashes,
        recorder: Recorder,
        policy: SignUpPolicy,
    ) -> Self {
        Self { accounts, payments, sessions, hashes, recorder, policy }
    }

    /// Returns the request fields that scenarios declare as their own. A command contains those that are present in
    /// `own`.
    pub fn own_fields(&self) -> impl Iterator<Item = &OwnField> {
        self.policy.scenarios.own_fields()
    }

    /// Creates an account, spends its proofs and vouchers, and begins its first session.
    ///
    /// If the same command is repeated within two minutes, and before the first refresh, it begins another session of
    /// the same user, because the answer to the first may have been lost.
    ///
    /// # Errors
    /// Returns [`SignUpRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(&self, command: SignUpCommand) -> Result<Tokens, Halt<SignUpRefusal>> {
        let request = self.read(&command).or_refuse()?;
        let paid = PaidRequest::new(request.fingerprints(&self.payments), &command.origin);
        if let Some(tokens) = self.at_once(&request, &paid, &command.origin).await? {
            return Ok(tokens);
        }
        let attempt = async || self.attempt(&request, &paid, &command.origin).await;
        look_twice(attempt, || request.spent()).await
    }

    /// Signs up a user with a proven identity and nothing else, on behalf of another use case.
    pub(crate) async fn with_identity(
        &self,
        profile: &ExternalProfile,
        proof: ProofHash,
        paid: &PaidRequest<'_>,
        origin: &Origin,
    ) -> Result<Attempt<Tokens>, Halt<SignUpRefusal>> {
        let request = Request::of_identity(profile, proof);
        self.check_scenario(request.scenario, origin).or_refuse()?;
        self.register(&request, Some(profile), paid, origin, None).await
    }

    fn read(&self, command: &SignUpCommand) -> Result<Request, SignUpRefusal> {
        let claims = command.claims();
        let scenario = self.policy.scenarios.choose(&claims)?;
        self.check_scenario(scenario.name(), &command.origin)?;
        let SignUpPolicy { passwords, schemes, .. } = &self.policy;
        Request::read(command, scenario.name(), scenario.plan(&claims)?, passwords, schemes)
    }

    fn check_scenario(&self, scenario: &'static str, origin: &Origin) -> Result<(), SignUpRefusal> {
        let open = self.policy.clients.offer(&origin.client, scenario);
        if open { Ok(()) } else { Err(SignUpRefusal::ScenarioClosed(scenario)) }
    }

    /// Signs up without a look at the proof, where nothing is to be done between the look and the write. `None` if it has to
    /// be looked at, because it does not pay, or has paid already.
    async fn at_once(
        &self,
        request: &Request,
        paid: &PaidRequest<'_>,
        origin: &Origin,
    ) -> Result<Option<Tokens>, Halt<SignUpRefusal>> {
        // Rules are asked only about people who can pay.
        if !request.needs_no_look() || !self.policy.rules.is_empty() {
            return Ok(None);
        }
        match self.register(request, None, paid, origin, None).await? {
            Attempt::Done(tokens) => Ok(Some(tokens)),
            Attempt::Overtaken => Ok(None),
        }
    }

    async fn attempt(
        &self,
        request: &Request,
        paid: &PaidRequest<'_>,
        origin: &Origin,
    ) -> Result<Attempt<Tokens>, Halt<SignUpRefusal>> {
        // If too many passwords wait already, nothing else is done for this one.
        let place = request.password.as_ref().map(|_| self.hashes.keep_place(origin)).transpose()?;
        let evidence = self.examine(request, paid).await?;
        match evidence.worth {
            Worth::Good => self.register(request, evidence.external.as_ref(), paid, origin, place).await,
            Worth::Repeated(user) => self.repeat(request, user, paid, origin, place).await.map(Attempt::Done),
        }
    }

    /// Finds proofs and vouchers and judges them together: either all pay, or all have already paid for this same
    /// request.
    async fn examine(&self, request: &Request, paid: &PaidRequest<'_>) -> Result<Evidence, Halt<SignUpRefusal>> {
        let mut worths = Vec::with_capacity(2);
        if let Some((address, hash)) = request.address_proof() {
            let accepted = self.payments.look(paid, &hash).await.refused_as(SignUpRefusal::VerificationToken)?;
            accepted.proves(address).map_err(SignUpRefusal::VerificationToken).or_refuse()?;
            worths.push(accepted.worth);
        }
        let mut external = None;
        if let Some(hash) = request.provider_proof {
            let beside_address = request.address.is_some();
            let refused = |problem| SignUpRefusal::ProviderToken { problem, beside_address };
            let accepted = self.payments.look(paid, &hash).await.refused_as(refused)?;
            external = Some(accepted.external_profile().map_err(refused).or_refuse()?.clone());
            worths.push(accepted.worth);
        }
        for voucher in &request.vouchers {
            let unusable = |_| SignUpRefusal::VoucherUnusable(voucher.kind());
            worths.push(self.payments.look_at_voucher(paid, voucher).await.refused_as(unusable)?);
        }
        let worth = agree(&worths).ok_or_else(|| Halt::Refused(request.spent()))?;
        Ok(Evidence { external, worth })
    }

    async fn register(
        &self,
        request: &Request,
        external: Option<&ExternalProfile>,
        paid: &PaidRequest<'_>,
        origin: &Origin,
        place: Option<KeptPlace>,
    ) -> Result<Attempt<Tokens>, Halt<SignUpRefusal>> {
        if let Some(reason) = self.obstacle(request, external).await? {
            return self.refuse(reason, request, paid).await;
        }
        // Rules are asked before the password is hashed, so that repeated refusals do not keep the hasher busy.
        let user = request.user_to_be(external, origin, self.recorder.now());
        if let Err(refused) = self.policy.rules.judge(user).await.decided()? {
            return self.refuse(refused.into(), request, paid).await;
        }
        drop(place);
        let password = match request.password.clone() {
            Some(password) => {
                let allowed = self.hashes.allow(origin, None).await.refused_as(SignUpRefusal::TooOften)?;
                Some(self.hashes.hash(password, allowed).await?)
            }
            None => None,
        };
        for _ in 0..USER_ID_DRAWS {
            let (account, tokens) = self.born(request, external, paid, origin)?;
            let account = NewAccount { password: password.clone(), ..account };
            match self.accounts.register(account).await.decided()? {
                Ok(()) => {
                    self.recorder.count(Happened::SignedUp(request.scenario));
                    self.recorder.count(Happened::SessionBegun(SessionBeginning::SignUp));
                    return Ok(Attempt::Done(tokens));
                }
                Err(RegisterRefusal::UserIdTaken) if request.anonymous_user.is_some() => {
                    return refuse(SignUpRefusal::NotAnonymous);
                }
                Err(RegisterRefusal::UserIdTaken) => {}
                Err(RegisterRefusal::IdentifierTaken(kind)) => return refuse(SignUpRefusal::Taken(kind)),
                Err(RegisterRefusal::ExternalIdentityTaken) => return refuse(SignUpRefusal::ExternalIdentityTaken),
                Err(RegisterRefusal::ProofUnusable) => return Ok(Attempt::Overtaken),
                Err(RegisterRefusal::VoucherUnusable(kind)) => {
                    return self.refuse(SignUpRefusal::VoucherUnusable(kind), request, paid).await;
                }
            }
        }
        Err(Failure::internal("the random source repeats itself").into())
    }

    /// Returns the account to be stored, under an id of its own and without the password, and its first tokens.
    fn born(
        &self,
        request: &Request,
        external: Option<&ExternalProfile>,
        paid: &PaidRequest<'_>,
        origin: &Origin,
    ) -> Result<(NewAccount, Tokens), Failure> {
        let now = self.recorder.now();
        let anonymous = request.anonymous_user.map(|(user, _)| user);
        let id = anonymous.unwrap_or_else(|| UserId::generate(now, self.recorder.draw()));
        let payment = request.payment(paid);
        let (session, tokens) = self.sessions.issue(Begin {
            user: id,
            origin,
            scope: Scope::User,
            method: request.method(external),
            paid_by: payment.as_ref().and_then(Payment::mark),
            now,
        })?;
        let event = self.recorder.own_event(EventKind::SignedUp, id, origin, now);
        let account = NewAccount {
            id,
            profile: request.profile(),
            identifiers: request.identifiers(now),
            external_identity: external.cloned(),
            password: None,
            payment,
            session,
            event: NewEvent { method: Some(request.scenario.to_owned()), ..event },
            was_anonymous: request.anonymous_user.is_some(),
            created_at: now,
        };
        Ok((account, tokens))
    }

    /// Returns what prevents the sign-up, as far as can be seen beforehand; the transaction decides.
    async fn obstacle(
        &self,
        request: &Request,
        external: Option<&ExternalProfile>,
    ) -> Result<Option<SignUpRefusal>, Failure> {
        if let Some((user, session)) = request.anonymous_user
            && self.accounts.find_in_session(user, session, self.recorder.now()).await?.is_none()
        {
            return Ok(Some(SignUpRefusal::NotAnonymous));
        }
        if let Some(kind) = self.unusable_voucher(request).await? {
            return Ok(Some(SignUpRefusal::VoucherUnusable(kind)));
        }
        // These checks come before the costly hashing, so that nobody can keep the hasher busy by repeatedly asking
        // for a taken name or identity with one proof. Rules are asked only about people who can become users.
        if request.password.is_none() && self.policy.rules.is_empty() {
            return Ok(None);
        }
        for claimed in request.names() {
            if self.accounts.find_owner(claimed).await?.is_some() {
                return Ok(Some(SignUpRefusal::Taken(claimed.kind())));
            }
        }
        if let Some(ExternalProfile { provider, subject, .. }) = external
            && self.accounts.find_by_external_identity(provider, subject).await?.is_some()
        {
            return Ok(Some(SignUpRefusal::ExternalIdentityTaken));
        }
        Ok(None)
    }

    /// Checks vouchers before hashing and before looking at names, so that guessing them neither keeps the hasher
    /// busy nor reveals what is taken.
    async fn unusable_voucher(&self, request: &Request) -> Result<Option<VoucherKind>, Failure> {
        if request.vouchers.is_empty() {
            return Ok(None);
        }
        let now = self.recorder.now();
        let anonymous = request.anonymous_user.map(|(user, _)| user);
        let user = anonymous.unwrap_or_else(|| UserId::generate(now, self.recorder.draw()));
        self.accounts.find_unusable_voucher(&request.vouchers, user, now).await
    }

    /// Refuses, unless the obstacle results from this same request, sent twice at once.
    async fn refuse(
        &self,
        reason: SignUpRefusal,
        request: &Request,
        paid: &PaidRequest<'_>,
    ) -> Result<Attempt<Tokens>, Halt<SignUpRefusal>> {
        match self.examine(request, paid).await?.worth {
            Worth::Repeated(_) => Ok(Attempt::Overtaken),
            Worth::Good => refuse(reason),
        }
    }

    async fn repeat(
        &self,
        request: &Request,
        user: UserId,
        paid: &PaidRequest<'_>,
        origin: &Origin,
        place: Option<KeptPlace>,
    ) -> Result<Tokens, Halt<SignUpRefusal>> {
        let account = self.accounts.find(user).await?.ok_or_else(|| Halt::Refused(request.spent()))?;
        drop(place);
        if let Some(password) = request.password.clone() {
            let allowed = self.hashes.allow(origin, Some(user)).await.refused_as(SignUpRefusal::TooOften)?;
            if self.hashes.verify(password, account.password.clone(), allowed).await? == Verdict::Differs {
                return refuse(request.spent());
            }
        }
        let external = account.external_identities.first().map(|identity| &identity.profile);
        let arrival = Arrival {
            user,
            origin,
            scope: Scope::User,
            method: request.method(external),
            payment: request.payment(paid),
            shown: Shown::Other,
        };
        self.sessions.begin_again(arrival).await.refused_as(|refusal| match refusal {
            BeginRefusal::ProofUnusable
            | BeginRefusal::Inactive
            | BeginRefusal::PasswordChanged
            | BeginRefusal::WayInRemoved => request.spent(),
        })
    }
}

/// Returns the common worth of everything that pays, or `None` if they disagree, that is, if one of them has paid for
/// a different request than the others.
fn agree(worths: &[Worth]) -> Option<Worth> {
    let (first, others) = worths.split_first()?;
    others.iter().all(|worth| worth == first).then_some(*first)
}

impl Request {
    fn identifiers(&self, now: Timestamp) -> Vec<AccountIdentifier> {
        let proven = self.address.iter().map(|address| (address, Some(now)));
        let chosen = self.username.iter().chain(&self.chosen).map(|name| (name, None));
        proven
            .chain(chosen)
            .map(|(identifier, verified_at)| AccountIdentifier {
                identifier: identifier.clone(),
                verified_at,
                added_at: now,
            })
            .collect()
    }

    /// What rules are told.
    fn user_to_be(&self, external: Option<&ExternalProfile>, origin: &Origin, at: Timestamp) -> UserToBe {
        UserToBe {
            anonymous: self.anonymous_user.map(|(user, _)| user),
            identifiers: self.names().cloned().collect(),
            external: external.cloned(),
            profile: self.profile(),
            scenario: self.scenario.to_owned(),
            origin: origin.clone(),
            at,
        }
    }

    fn method(&self, external: Option<&ExternalProfile>) -> Method {
        match (&self.address, external) {
            (Some(address), _) => Method::new(address.kind().name()),
            (None, Some(profile)) => Method::new(profile.provider.as_str()),
            (None, None) => Method::new(self.scenario),
        }
    }
}
