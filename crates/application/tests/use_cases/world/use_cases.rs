//! Every use case, built from the world in one place (those of operators and of upkeep in the next file). No test calls a
//! constructor itself.

use std::sync::Arc;

use auth_application::account::{
    BindIdentity, ChangeContact, Conversions, DeleteAccount, EditAccount, EditLimits, Editor, ListProviders,
    PresentPassword, ProvePresence, QueryUsers, ResetPassword, SetPassword,
};
use auth_application::kit::{
    DailyTotal, Limit, MessageReach, Notices, Payments, PresenceCheck, Providers, Recorder, Sessions,
};
use auth_application::provider::{ExchangeProviderCode, Flows, LocateProvider, SendOn};
use auth_application::session::{
    Authenticate, EndSessions, IntrospectToken, IssueClientToken, RecogniseClient, RefreshSession,
};
use auth_application::sign_in::{
    DecryptRequest, SignInAnonymously, SignInWithCode, SignInWithPassword, SignInWithProvider,
};
use auth_application::sign_up::{SignUp, SignUpPolicy};
use auth_application::verification::{
    DeliverMessages, NoticeBudget, Outlets, SendBudget, SendCode, SendCodePolicy, SendQuotas, SendTotals, VerifyCode,
};
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_domain::sign_up::Scenarios;
use auth_domain::sign_up::scenarios::{SignUpByEmail, SignUpByPhoneNumber, SignUpByThirdParty};
use auth_ports::{Clock, Entropy, RequestDecrypter};

use super::{Rules, World};
use crate::fakes::SignUpByInvitation;

/// Parts that several use cases share.
impl World {
    pub(super) fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::new(self.clock.clone())
    }

    pub(super) fn shared_entropy(&self) -> Arc<dyn Entropy> {
        Arc::new(self.entropy.clone())
    }

    pub(super) fn schemes(&self) -> Schemes {
        Schemes::new(vec![
            Arc::new(PhoneNumberScheme::default()),
            Arc::new(EmailScheme),
            Arc::new(UsernameScheme::default()),
        ])
    }

    fn scenarios(&self) -> Scenarios {
        let scenarios = Scenarios::new(vec![
            Arc::new(SignUpByPhoneNumber::new(PhoneNumberScheme::default())),
            Arc::new(SignUpByEmail::new(EmailScheme)),
            Arc::new(SignUpByThirdParty),
            Arc::new(SignUpByInvitation),
        ]);
        scenarios.expect("they are told apart")
    }

    pub(super) fn recorder(&self) -> Recorder {
        Recorder::new(self.shared_clock(), self.shared_entropy(), self.ports.events.clone(), self.notices())
    }

    fn notices(&self) -> Notices {
        let signal = self.signal.clone();
        if self.rules.owners_are_told { Notices::on(&self.schemes(), signal) } else { Notices::off(signal) }
    }

    fn payments(&self) -> Payments {
        let repeats = self.budget().limited(Limit::new("repeats.network", self.rules.repeats));
        Payments::new(self.ports.proofs.clone(), repeats, self.shared_clock(), self.key.clone())
    }

    fn sessions(&self) -> Sessions {
        let sessions = Sessions::new(
            self.ports.sessions.clone(),
            self.tokens.clone(),
            self.recorder(),
            self.key.clone(),
            self.rules.sessions.clone(),
            self.rules.access_ttl,
        );
        let is_told = self.rules.new_devices_are_told;
        if is_told { sessions.telling_of_new_devices(self.known_devices()) } else { sessions }
    }

    fn editor(&self) -> Editor {
        let accounts = self.ports.accounts.clone();
        let conversions = Conversions::new(accounts.clone(), self.rules.clients.clone(), self.asked());
        Editor::new(accounts, self.payments(), self.presence(), self.recorder(), conversions)
    }

    fn asked(&self) -> auth_application::kit::Rules {
        auth_application::kit::Rules::new(self.rules.asked.clone())
    }

    fn presence(&self) -> PresenceCheck {
        PresenceCheck::new(self.ports.sessions.clone(), self.shared_clock(), self.rules.sessions.presence)
    }

    fn present_password(&self) -> PresentPassword {
        PresentPassword::new(self.passwords(), self.recorder())
    }

    fn providers(&self) -> Providers {
        Providers::new(vec![self.provider.clone()], self.rules.clients.clone())
    }

    fn reach(&self) -> MessageReach {
        MessageReach::new(self.schemes(), self.rules.channels.clone(), self.rules.sms_countries.clone())
    }
}

/// Signing up and in.
impl World {
    pub(crate) fn sign_up(&self) -> SignUp {
        let policy = SignUpPolicy {
            scenarios: self.scenarios(),
            schemes: self.schemes(),
            passwords: self.rules.passwords.clone(),
            clients: self.rules.clients.clone(),
            rules: self.asked(),
        };
        let accounts = self.ports.accounts.clone();
        SignUp::new(accounts, self.payments(), self.sessions(), self.hashes(), self.recorder(), policy)
    }

    pub(crate) fn sign_in_anonymously(&self) -> SignInAnonymously {
        let (accounts, users) = (self.ports.accounts.clone(), self.ports.users.clone());
        let (recorder, sessions) = (self.recorder(), self.sessions());
        SignInAnonymously::new(accounts, users, recorder, sessions, self.rules.anonymous, self.limit("anonymous"))
    }

    pub(crate) fn sign_in_with_code(&self) -> SignInWithCode {
        let accounts = self.ports.accounts.clone();
        SignInWithCode::new(accounts, self.payments(), self.recorder(), self.schemes(), self.sessions())
    }

    pub(crate) fn sign_in_with_password(&self) -> SignInWithPassword {
        SignInWithPassword::new(
            self.ports.accounts.clone(),
            self.passwords(),
            self.recorder(),
            self.schemes(),
            self.sessions(),
            self.rules.reveal_existence,
        )
    }

    pub(crate) fn sign_in_with_provider(&self) -> SignInWithProvider {
        let (accounts, sign_up) = (self.ports.accounts.clone(), Arc::new(self.sign_up()));
        SignInWithProvider::new(accounts, self.payments(), self.recorder(), self.sessions(), sign_up)
    }

    pub(crate) fn decrypt_request(&self) -> DecryptRequest {
        let decrypter = self.rules.encrypted_requests.then(|| self.decrypter.clone() as Arc<dyn RequestDecrypter>);
        DecryptRequest::new(decrypter, self.limit("encrypted_requests"))
    }
}

/// Codes and third parties.
impl World {
    pub(crate) fn send_code(&self) -> SendCode {
        let policy = SendCodePolicy {
            schemes: self.schemes(),
            verification: self.rules.verification.clone(),
            reveal_existence: self.rules.reveal_existence,
            reach: self.reach(),
        };
        SendCode::new(
            self.ports.accounts.clone(),
            self.ports.verifications.clone(),
            self.send_budget(),
            self.recorder(),
            policy,
            self.handover.clone(),
        )
    }

    fn send_budget(&self) -> SendBudget {
        let Rules { quota, per_mailbox, per_neighbourhood, .. } = self.rules;
        let quotas = SendQuotas { per_network: quota, per_mailbox, per_neighbourhood };
        SendBudget::new(self.budget(), quotas, self.totals(), self.known_devices(), self.key.clone())
    }

    fn notice_budget(&self) -> NoticeBudget {
        let per_address = Limit::new("notices.address", self.rules.quota);
        NoticeBudget::new(self.budget(), per_address, self.totals(), self.schemes())
    }

    fn totals(&self) -> SendTotals {
        let total = |name, most| DailyTotal::new(self.ports.limits.clone(), self.shared_clock(), name, most);
        SendTotals {
            in_all: total("send_code.total", self.rules.sends_per_day),
            per_country: total("send_code.country", self.rules.sends_per_country),
        }
    }

    pub(crate) fn verify_code(&self) -> VerifyCode {
        let (verifications, accounts) = (self.ports.verifications.clone(), self.ports.accounts.clone());
        let policy = self.rules.verification.clone();
        VerifyCode::new(verifications, accounts, self.recorder(), self.code_tries(), self.key.clone(), policy)
    }

    pub(crate) fn deliver_messages(&self) -> DeliverMessages {
        DeliverMessages::new(
            self.ports.messages.clone(),
            Outlets {
                senders: self.senders().into(),
                notices: Arc::new(self.notice_budget()),
                reach: Arc::new(self.reach()),
            },
            self.shared_clock(),
            self.shared_entropy(),
            self.key.clone(),
            self.handover.clone(),
        )
    }

    pub(crate) fn locate_provider(&self) -> LocateProvider {
        LocateProvider::new(self.providers(), self.flows(), self.recorder(), self.limit("provider_flow"))
    }

    pub(crate) fn send_on(&self) -> SendOn {
        SendOn::new(self.providers())
    }

    pub(crate) fn exchange_provider_code(&self) -> ExchangeProviderCode {
        let (flows, proofs) = (self.flows(), self.ports.proofs.clone());
        ExchangeProviderCode::new(self.providers(), flows, proofs, self.recorder(), self.limit("provider_token"))
    }

    fn flows(&self) -> Flows {
        Flows::new(self.ports.provider_flows.clone(), self.key.clone())
    }
}

/// Sessions.
impl World {
    pub(crate) fn authenticate(&self) -> Authenticate {
        Authenticate::new(self.tokens.clone(), self.ports.accounts.clone(), self.shared_clock())
    }

    pub(crate) fn refresh_session(&self) -> RefreshSession {
        let (store, clients) = (self.ports.sessions.clone(), self.rules.clients.clone());
        RefreshSession::new(store, self.sessions(), self.recorder(), clients)
    }

    pub(crate) fn end_sessions(&self) -> EndSessions {
        let (store, checker) = (self.ports.sessions.clone(), self.tokens.clone());
        EndSessions::new(store, checker, self.sessions(), self.recorder())
    }

    pub(crate) fn recognise_client(&self) -> RecogniseClient {
        RecogniseClient::new(self.ports.client_keys.clone(), self.shared_clock(), self.rules.clients.clone())
    }

    pub(crate) fn issue_client_token(&self) -> IssueClientToken {
        let clients = self.rules.clients.clone();
        IssueClientToken::new(self.tokens.clone(), self.shared_clock(), clients, self.rules.access_ttl)
    }

    pub(crate) fn introspect_token(&self) -> IntrospectToken {
        IntrospectToken::new(
            Arc::new(self.authenticate()),
            Arc::new(self.issue_client_token()),
            self.ports.accounts.clone(),
            self.sessions(),
            self.shared_clock(),
            "https://auth.example".to_owned(),
        )
    }
}

/// Accounts.
impl World {
    pub(crate) fn bind_identity(&self) -> BindIdentity {
        BindIdentity::new(self.editor(), self.providers(), self.reach())
    }

    pub(crate) fn change_contact(&self) -> ChangeContact {
        ChangeContact::new(self.editor(), self.schemes())
    }

    pub(crate) fn delete_account(&self) -> DeleteAccount {
        DeleteAccount::new(self.editor(), self.key.clone())
    }

    pub(crate) fn edit_account(&self) -> EditAccount {
        let limits = EditLimits {
            budget: self.budget(),
            per_account: Limit::new("edits.account", self.rules.quota),
            per_network: Limit::new("edits.network", self.rules.edits_per_network),
        };
        EditAccount::new(
            self.editor(),
            self.hashes(),
            self.present_password(),
            self.schemes(),
            self.rules.passwords.clone(),
            limits,
        )
    }

    pub(crate) fn list_providers(&self) -> ListProviders {
        ListProviders::new(self.providers())
    }

    pub(crate) fn prove_presence(&self) -> ProvePresence {
        let proofs = self.ports.proofs.clone();
        ProvePresence::new(proofs, self.payments(), self.present_password(), self.presence(), self.recorder())
    }

    pub(crate) fn query_users(&self) -> QueryUsers {
        let (accounts, limit) = (self.ports.accounts.clone(), self.limit("find_users"));
        QueryUsers::new(accounts, self.schemes(), limit, self.rules.reveal_existence)
    }

    pub(crate) fn reset_password(&self) -> ResetPassword {
        let policy = self.rules.passwords.clone();
        ResetPassword::new(self.editor(), self.hashes(), self.schemes(), policy, self.rules.recovery_window)
    }

    pub(crate) fn set_password(&self) -> SetPassword {
        let policy = self.rules.passwords.clone();
        SetPassword::new(self.editor(), self.hashes(), self.present_password(), policy)
    }
}
