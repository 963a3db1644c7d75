//! Edit one's own account: the profile, the username, and addresses that were verified just before.

use auth_domain::accounts::AccountIdentifier;
use auth_domain::accounts::change::{Change, SessionsToEnd};
use auth_domain::credentials::{Password, PasswordError, PasswordPolicy};
use auth_domain::events::EventKind;
use auth_domain::identifier::{IdentifierError, IdentifierKind, Schemes};
use auth_domain::origin::Origin;
use auth_domain::profile::{Profile, ProfileError, RawProfile};
use auth_domain::proofs::ProofHash;
use auth_ports::{ChangeRefusal, Halt, Halted as _, OrRefuse as _, refuse};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::conversion::ConversionRefusal;
use super::editor::{By, Edit, EditRefusal, Editor};
use super::present_password::{PresentPassword, PresentPasswordRefusal};
use super::set_password::identifiers_of;
use crate::kit::{
    Accepted, Attempt, Budget, Caller, Hashes, Limit, NotPresent, OverBudget, PaidRequest, Worth, contact_changed,
    hash_of, name_changed,
};

/// What to change. Absent parts stay as they are.
#[derive(Debug, Clone, Default)]
pub struct EditCommand {
    /// The name to show.
    pub name: Option<String>,
    /// The gender.
    pub gender: Option<String>,
    /// The address of a picture.
    pub picture: Option<String>,
    /// The locale.
    pub locale: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The username.
    pub username: Option<String>,
    /// Chosen names of other registered kinds.
    pub chosen: Vec<(IdentifierKind, String)>,
    /// Addresses by kind. This user must have verified each of them within the last ten minutes.
    pub addresses: Vec<(IdentifierKind, String)>,
    /// The present password and the new one.
    pub passwords: Option<(SecretString, SecretString)>,
    /// The proof of presence. Without it, and without the present password, the session must show presence to change
    /// more than the profile.
    pub sudo_token: Option<SecretString>,
}

impl EditCommand {
    /// Everything that makes it another request, except for passwords, of which no fast hash is stored.
    fn fingerprinted(&self) -> String {
        let profile = (&self.name, &self.gender, &self.picture, &self.locale, &self.description);
        format!("{:?}", (profile, &self.username, &self.chosen, &self.addresses, self.passwords.is_some()))
    }
}

/// Why nothing was changed.
#[derive(Debug, Error)]
pub enum EditAccountRefusal {
    /// A part of the profile is malformed.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The username or an address is malformed.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// The new password is not acceptable.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The account was changed too often. There is a limit because each change leaves an event.
    #[error("this account was changed too often")]
    TooOften(OverBudget),
    /// Anonymous users get a username and a password by signing up, not by editing their account: only an address that
    /// was verified makes ordinary users of them.
    #[error("anonymous users sign up first")]
    Anonymous,
    /// The present password was not accepted.
    #[error(transparent)]
    Present(#[from] PresentPasswordRefusal),
    /// This user did not verify the address just before.
    #[error("{0} must be confirmed with a code first, by the same user within ten minutes")]
    NotVerified(IdentifierKind),
    /// Another user already has this name or address.
    #[error("{0} is already registered")]
    Taken(IdentifierKind),
    /// The sudo token is wrong, expired, used, or belongs to somebody else.
    #[error("sudo_token is wrong, expired or used")]
    SudoToken,
    /// The owner has not shown lately to be there.
    #[error(transparent)]
    NotPresent(#[from] NotPresent),
    /// The anonymous user may not become an ordinary one by these addresses.
    #[error(transparent)]
    Conversion(#[from] ConversionRefusal),
    /// Another request has just spent one of the proofs.
    #[error("the address was confirmed for another request: ask for a new code")]
    ProofSpent,
}

/// The changes of one request, with what pays for them and records them.
#[derive(Default)]
struct Prepared {
    changes: Vec<Change>,
    proofs: Vec<ProofHash>,
    records: Vec<(EventKind, Option<String>)>,
    ends_sessions: bool,
}

/// Edits accounts.
pub struct EditAccount {
    editor: Editor,
    hashes: Hashes,
    present: PresentPassword,
    schemes: Schemes,
    policy: PasswordPolicy,
    limits: EditLimits,
}

/// How often accounts may be edited. Each edit leaves events.
#[derive(Clone)]
pub struct EditLimits {
    /// What counts.
    pub budget: Budget,
    /// One account.
    pub per_account: Limit,
    /// By one network, whatever the accounts.
    pub per_network: Limit,
}

impl EditAccount {
    /// Builds the use case from its ports and the rules in force.
    #[must_use]
    pub fn new(
        editor: Editor,
        hashes: Hashes,
        present: PresentPassword,
        schemes: Schemes,
        policy: PasswordPolicy,
        limits: EditLimits,
    ) -> Self {
        Self { editor, hashes, present, schemes, policy, limits }
    }

    /// Changes everything that was asked for, or nothing. A new address or password ends the user's other sessions, and
    /// an address makes an ordinary user of an anonymous one.
    ///
    /// # Errors
    /// Returns [`EditAccountRefusal`] if a rule refuses, or the failure of a port.
    pub async fn run(
        &self,
        caller: &Caller,
        command: EditCommand,
        origin: &Origin,
    ) -> Result<(), Halt<EditAccountRefusal>> {
        let adds_a_way_in = command.username.is_some() || !command.chosen.is_empty() || command.passwords.is_some();
        if adds_a_way_in && caller.is_anonymous() {
            return refuse(EditAccountRefusal::Anonymous);
        }
        self.limits.spend(caller, origin).await.refused_as(EditAccountRefusal::TooOften)?;
        let request = self.editor.payments.request("edit an account", &[command.fingerprinted().as_bytes()], origin);
        let edit = async |sudo: Option<ProofHash>| {
            let mut prepared = self.prepare(caller, &command, origin).await?;
            prepared.proofs.extend(sudo);
            let is_shown = sudo.is_some() || command.passwords.is_some();
            let by = if is_shown { By::Present(caller) } else { By::Caller(caller) };
            self.make(by, caller, prepared, &request, origin).await
        };
        let Some(token) = &command.sudo_token else {
            let Attempt::Done(()) = edit(None).await? else { return refuse(EditAccountRefusal::ProofSpent) };
            return Ok(());
        };
        let proof = hash_of(token).map_err(|_| EditAccountRefusal::SudoToken).or_refuse()?;
        let edit_paid = async |sudo: Accepted| {
            sudo.proves_presence(caller.account.id).map_err(|_| EditAccountRefusal::SudoToken).or_refuse()?;
            match sudo.worth {
                Worth::Good => edit(Some(sudo.proof.hash)).await,
                Worth::Repeated(_) => Ok(Attempt::Done(())),
            }
        };
        self.editor.payments.pay(&request, &proof, |_| EditAccountRefusal::SudoToken, edit_paid).await
    }

    /// Reads and checks everything that was asked for.
    async fn prepare(
        &self,
        caller: &Caller,
        command: &EditCommand,
        origin: &Origin,
    ) -> Result<Prepared, Halt<EditAccountRefusal>> {
        let mut prepared = Prepared::default();
        if let Some(profile) = new_profile(caller, command).or_refuse()? {
            prepared.records.push((EventKind::ProfileChanged, None));
            prepared.changes.push(Change::Profile(profile));
        }
        for name in self.new_names(command)? {
            prepared.records.push(name_changed(&name.identifier));
            prepared.changes.push(Change::Identifier(name));
        }
        for (address_kind, raw) in &command.addresses {
            if let Some((held, proof)) = self.new_address(caller, *address_kind, raw, origin).await? {
                prepared.records.push(contact_changed(&held.identifier));
                prepared.changes.push(Change::Identifier(held));
                prepared.proofs.push(proof);
            }
        }
        prepared.ends_sessions = !prepared.proofs.is_empty() || command.passwords.is_some();
        if let Some(passwords) = &command.passwords {
            prepared.records.push((EventKind::PasswordSet, None));
            prepared.changes.push(self.new_password(caller, passwords, origin).await?);
        }
        Ok(prepared)
    }

    async fn make(
        &self,
        by: By<'_>,
        caller: &Caller,
        prepared: Prepared,
        request: &PaidRequest<'_>,
        origin: &Origin,
    ) -> Result<Attempt<()>, Halt<EditAccountRefusal>> {
        let Prepared { changes, proofs, records, ends_sessions } = prepared;
        if changes.is_empty() {
            return Ok(Attempt::Done(()));
        }
        let keep = SessionsToEnd::AllBut(caller.claims.session);
        let edit = Edit {
            by,
            origin,
            changes,
            payment: request.payment(proofs),
            end_sessions: if ends_sessions { keep } else { SessionsToEnd::None },
            records,
        };
        self.editor.make(edit).await.refused_as(|refusal| match refusal {
            EditRefusal::NotPresent(refusal) => refusal.into(),
            EditRefusal::Conversion(refusal) => refusal.into(),
            EditRefusal::Change(ChangeRefusal::IdentifierTaken(kind)) => EditAccountRefusal::Taken(kind),
            EditRefusal::Change(_) => EditAccountRefusal::ProofSpent,
        })
    }

    /// Chosen names of registered kinds.
    fn new_names(&self, command: &EditCommand) -> Result<Vec<AccountIdentifier>, Halt<EditAccountRefusal>> {
        let now = self.editor.recorder.now();
        let username = command.username.iter().map(|raw| (IdentifierKind::USERNAME, raw));
        let named = username.chain(command.chosen.iter().map(|(kind, raw)| (*kind, raw)));
        let registered = named.filter_map(|(kind, raw)| Some((self.schemes.get(kind.name())?, raw)));
        let names = registered.map(|(scheme, raw)| {
            let identifier = scheme.parse(raw).or_refuse()?;
            Ok(AccountIdentifier { identifier, verified_at: None, added_at: now })
        });
        names.collect()
    }

    /// Reads a new address. Returns `None` if the user already has it.
    async fn new_address(
        &self,
        caller: &Caller,
        kind: IdentifierKind,
        raw: &str,
        origin: &Origin,
    ) -> Result<Option<(AccountIdentifier, ProofHash)>, Halt<EditAccountRefusal>> {
        let scheme = self.schemes.get(kind.name()).ok_or(Halt::Refused(EditAccountRefusal::NotVerified(kind)))?;
        let address = scheme.parse(raw).or_refuse()?;
        let present = caller.account.identifier(kind).map(|held| &held.identifier);
        if present == Some(&address) {
            return Ok(None);
        }
        let now = self.editor.recorder.now();
        let held = self.editor.payments.find_held(caller.account.id, &origin.client, &address).await?;
        let proof = held.ok_or(Halt::Refused(EditAccountRefusal::NotVerified(kind)))?;
        Ok(Some((AccountIdentifier { identifier: address, verified_at: Some(now), added_at: now }, proof.hash)))
    }

    async fn new_password(
        &self,
        caller: &Caller,
        (old, new): &(SecretString, SecretString),
        origin: &Origin,
    ) -> Result<Change, Halt<EditAccountRefusal>> {
        let chosen =
            Password::chosen(new.expose_secret(), &self.policy, &identifiers_of(&caller.account)).or_refuse()?;
        self.present.check(caller, old, origin).await.refused_as(EditAccountRefusal::Present)?;
        let allowed = self.hashes.allow(origin, Some(caller.account.id)).await;
        let allowed = allowed.refused_as(EditAccountRefusal::TooOften)?;
        Ok(Change::Password(self.hashes.hash(chosen, allowed).await?))
    }
}

impl EditLimits {
    async fn spend(&self, caller: &Caller, origin: &Origin) -> Result<(), Halt<OverBudget>> {
        let charges = self.per_network.of_network(origin.network).chain(self.per_account.of_account(caller.account.id));
        self.budget.spend(origin, charges).await.map(drop)
    }
}

fn new_profile(caller: &Caller, command: &EditCommand) -> Result<Option<Profile>, ProfileError> {
    let newer = Profile::parse(&RawProfile {
        name: command.name.as_deref(),
        gender: command.gender.as_deref(),
        picture: command.picture.as_deref(),
        locale: command.locale.as_deref(),
        description: command.description.as_deref(),
    })?;
    Ok((newer != Profile::default()).then(|| caller.account.profile.clone().updated_by(newer)))
}
