//! A parsed sign-up request: every field is checked, and nothing is looked up yet.

use auth_domain::accounts::UserId;
use auth_domain::credentials::{Password, PasswordPolicy};
use auth_domain::external_identities::ExternalProfile;
use auth_domain::fingerprint::Fingerprint;
use auth_domain::identifier::{
    Identifier, IdentifierError, IdentifierKind, IdentifierScheme as _, Schemes, UsernameScheme,
};
use auth_domain::messages::Language;
use auth_domain::origin::Origin;
use auth_domain::payment::Payment;
use auth_domain::profile::{Profile, RawProfile};
use auth_domain::proofs::ProofHash;
use auth_domain::sessions::SessionId;
use auth_domain::sign_up::scenarios::SignUpByThirdParty;
use auth_domain::sign_up::{Claims, Plan, Scenario as _};
use auth_domain::vouchers::Voucher;
use secrecy::{ExposeSecret as _, SecretString};

use super::SignUpRefusal;
use crate::kit::{PaidRequest, Payments, ProofProblem, hash_of};

/// A sign-up request as the client wrote it. Absent and empty are the same.
#[derive(Debug, Clone)]
pub struct SignUpCommand {
    /// Address fields, by kind.
    pub addresses: Vec<(IdentifierKind, String)>,
    /// Fields that scenarios declare as their own, by name.
    pub own: Vec<(&'static str, String)>,
    /// Fields of registered kinds of names that are merely chosen, but for the username.
    pub chosen: Vec<(IdentifierKind, String)>,
    /// `username`
    pub username: Option<String>,
    /// `password`
    pub password: Option<SecretString>,
    /// `verification_token`
    pub verification_token: Option<SecretString>,
    /// `provider_token`
    pub provider_token: Option<SecretString>,
    /// `name`
    pub name: Option<String>,
    /// `gender`
    pub gender: Option<String>,
    /// `picture`
    pub picture: Option<String>,
    /// `locale`
    pub locale: Option<String>,
    /// The locale if the body names none, as far as the request shows it.
    pub language: Option<Language>,
    /// The anonymous user who signs up and keeps the id, with the session of the request.
    pub anonymous_user: Option<(UserId, SessionId)>,
    /// Where the request comes from.
    pub origin: Origin,
}

impl SignUpCommand {
    /// Returns the claims, by which the scenario is chosen.
    pub(super) fn claims(&self) -> Claims<'_> {
        Claims {
            addresses: self.addresses.iter().map(|(kind, raw)| (*kind, raw.as_str())).collect(),
            username: self.username.as_deref(),
            chosen: self.chosen.iter().map(|(kind, raw)| (*kind, raw.as_str())).collect(),
            verification_token: self.verification_token.is_some(),
            provider_token: self.provider_token.is_some(),
            own: self.own.iter().map(|(name, raw)| (*name, raw.as_str())).collect(),
        }
    }
}

/// A sign-up request whose fields have been checked.
pub(super) struct Request {
    pub(super) scenario: &'static str,
    pub(super) address: Option<Identifier>,
    pub(super) username: Option<Identifier>,
    /// Names of other kinds.
    pub(super) chosen: Vec<Identifier>,
    pub(super) password: Option<Password>,
    pub(super) profile: Profile,
    /// Fields that scenarios declare as their own.
    pub(super) own: Vec<(&'static str, String)>,
    pub(super) verification_proof: Option<ProofHash>,
    pub(super) provider_proof: Option<ProofHash>,
    pub(super) vouchers: Vec<Voucher>,
    pub(super) anonymous_user: Option<(UserId, SessionId)>,
    /// The locale if the body names none. It is not part of the body, and a repetition may have other headers.
    pub(super) language: Option<Language>,
}

impl Request {
    pub(super) fn read(
        command: &SignUpCommand,
        scenario: &'static str,
        plan: Plan,
        password_policy: &PasswordPolicy,
        schemes: &Schemes,
    ) -> Result<Self, SignUpRefusal> {
        let scheme = UsernameScheme::new(plan.username_length);
        let username = command.username.as_deref().map(|raw| scheme.parse(raw)).transpose()?;
        let profile = Profile::read(&raw_profile(command));
        let chosen = read_chosen(&command.chosen, schemes)?;
        let own: Vec<_> = plan.address.iter().chain(&username).chain(&chosen).cloned().collect();
        let read = |raw: &SecretString| Password::chosen(raw.expose_secret(), password_policy, &own);
        let password = command.password.as_ref().map(read).transpose()?;
        let beside_address = plan.address.is_some();
        let verification_proof = match (&plan.address, &command.verification_token) {
            (Some(_), Some(token)) => Some(hash_of(token).map_err(SignUpRefusal::VerificationToken)?),
            _ => None,
        };
        let provider_proof = match &command.provider_token {
            Some(token) if plan.binds_external_identity => {
                let refused = |problem| SignUpRefusal::ProviderToken { problem, beside_address };
                Some(hash_of(token).map_err(refused)?)
            }
            _ => None,
        };
        Ok(Self {
            scenario,
            address: plan.address,
            username,
            chosen,
            password,
            profile,
            own: command.own.clone(),
            verification_proof,
            provider_proof,
            vouchers: plan.vouchers,
            anonymous_user: command.anonymous_user,
            language: Some(command.language.unwrap_or_default()),
        })
    }

    /// A sign-up with a proven identity and nothing else. Name and picture come from the third party, as far as they can be
    /// read.
    pub(super) fn of_identity(profile: &ExternalProfile, proof: ProofHash) -> Self {
        Self {
            scenario: SignUpByThirdParty.name(),
            address: None,
            username: None,
            chosen: Vec::new(),
            password: None,
            profile: profile.readable(),
            own: Vec::new(),
            verification_proof: None,
            provider_proof: Some(proof),
            vouchers: Vec::new(),
            anonymous_user: None,
            language: None,
        }
    }

    /// Every login name that the account gets.
    pub(super) fn names(&self) -> impl Iterator<Item = &Identifier> {
        self.address.iter().chain(&self.username).chain(&self.chosen)
    }

    pub(super) fn address_proof(&self) -> Option<(&Identifier, ProofHash)> {
        Some((self.address.as_ref()?, self.verification_proof?))
    }

    pub(super) fn proofs(&self) -> Vec<ProofHash> {
        self.verification_proof.into_iter().chain(self.provider_proof).collect()
    }

    /// Returns the address and its proof, if nothing else pays for the request.
    fn lone_address_proof(&self) -> Option<(&Identifier, ProofHash)> {
        let is_alone = self.provider_proof.is_none() && self.vouchers.is_empty();
        self.address_proof().filter(|_| is_alone)
    }

    /// Returns what pays for the request.
    pub(super) fn payment(&self, paid: &PaidRequest<'_>) -> Option<Payment> {
        match self.lone_address_proof() {
            Some((address, proof)) => paid.payment_with_proof_of(address, proof),
            None => paid.payment_with_vouchers(self.proofs(), self.vouchers.clone()),
        }
    }

    /// Whether a new account may be written without a look at what pays: the write itself sees whether it does, and
    /// nothing is hashed or changed before.
    pub(super) fn needs_no_look(&self) -> bool {
        self.lone_address_proof().is_some() && self.password.is_none() && self.anonymous_user.is_none()
    }

    /// Returns the refusal of a request whose evidence has paid for something else.
    pub(super) fn spent(&self) -> SignUpRefusal {
        match (&self.address, self.provider_proof, self.vouchers.first()) {
            (None, None, Some(voucher)) => SignUpRefusal::VoucherUnusable(voucher.kind()),
            (None, ..) => SignUpRefusal::ProviderToken { problem: ProofProblem::Spent, beside_address: false },
            (Some(_), ..) => SignUpRefusal::VerificationToken(ProofProblem::Spent),
        }
    }

    /// Returns the profile, with a locale if the body names none.
    pub(super) fn profile(&self) -> Profile {
        let mut profile = self.profile.clone();
        profile.locale = profile.locale.or(self.language.map(|language| language.tag().to_owned()));
        profile
    }

    /// Computes the fingerprints of everything except the password. That is checked against its own hash instead,
    /// because a fast hash of a password must not be stored in the database.
    pub(super) fn fingerprints(&self, payments: &Payments) -> Vec<Fingerprint> {
        let profile = &self.profile;
        let anonymous_user = self.anonymous_user.map(|(user, _)| user.to_string());
        let texts = [
            anonymous_user.as_deref(),
            Some(self.scenario),
            self.address.as_ref().map(Identifier::canonical),
            self.username.as_ref().map(Identifier::shown),
            self.password.as_ref().map(|_| "with a password"),
            profile.name.as_deref(),
            profile.gender.map(|gender| gender.name()),
            profile.picture.as_deref(),
            profile.locale.as_deref(),
        ];
        let proofs = self.proofs();
        let own = self.own.iter().map(|(name, text)| format!("{name}={text}"));
        let chosen = self.chosen.iter().map(|held| format!("{}:{}", held.kind(), held.shown()));
        let more: Vec<String> = own.chain(chosen).collect();
        // A text is never empty, so an absent one differs from every present one.
        let texts = texts.iter().map(|text| text.unwrap_or_default().as_bytes());
        let texts = texts.chain(more.iter().map(String::as_bytes));
        let parts: Vec<&[u8]> = texts.chain(proofs.iter().map(|hash| &hash.as_bytes()[..])).collect();
        payments.fingerprints(&parts)
    }
}

fn read_chosen(raw: &[(IdentifierKind, String)], schemes: &Schemes) -> Result<Vec<Identifier>, IdentifierError> {
    let registered = raw.iter().filter_map(|(kind, raw)| Some((schemes.get(kind.name())?, raw)));
    registered.map(|(scheme, raw)| scheme.parse(raw)).collect()
}

fn raw_profile(command: &SignUpCommand) -> RawProfile<'_> {
    RawProfile {
        name: command.name.as_deref(),
        gender: command.gender.as_deref(),
        picture: command.picture.as_deref(),
        locale: command.locale.as_deref(),
        description: None,
    }
}
