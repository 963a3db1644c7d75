//! The one place that constructs adapters: a file for each noun, joined here.

mod account;
mod admin;
mod clients;
mod encrypted_requests;
mod parts;
mod providers;
mod senders;
mod sessions;
mod sign_in;
mod sign_up;
mod verifications;
mod world;

use std::net::SocketAddr;
use std::sync::Arc;

use auth_application::account::{BindIdentity, ChangeContact, DeleteAccount, ListProviders, ProvePresence};
use auth_application::upkeep::{Readiness, SweepExpired};
use auth_application::verification::{DeliverMessages, MessageSignal};
use auth_http::{HttpOptions, UseCases};
use auth_ports::draw;
use auth_settings::Settings;

pub(crate) use self::admin::CommandLine;
use self::parts::Parts;
use self::sessions::Sessions;
pub use self::world::World;
use crate::StartFailure;
use crate::signing_keys::ReloadKeys;

/// The service, built.
pub struct Service {
    /// Behind the endpoints.
    pub use_cases: UseCases,
    /// In front of them.
    pub http_options: HttpOptions,
    /// Beside them.
    pub deliver_messages: DeliverMessages,
    /// Beside them.
    pub sweep_expired: SweepExpired,
    /// Beside them, where keys are in a folder.
    pub(crate) reload_keys: Option<ReloadKeys>,
}

impl Service {
    /// Builds everything once. `public` is the address of the public listener.
    ///
    /// # Errors
    /// [`StartFailure`], when a part cannot be set up as configured.
    pub fn build(
        settings: &Settings,
        world: &World,
        database_url: &str,
        public: SocketAddr,
    ) -> Result<Self, StartFailure> {
        let parts = Parts::build(settings, database_url, world.clock.clone(), world.entropy.clone())?;
        parts.phone_numbers.warm_up();
        let senders = senders::senders(settings, world)?;
        let providers = providers::providers(&parts)?;
        let sessions = Sessions::build(&parts, public)?;
        let signal = MessageSignal::default();
        let sign_up = Arc::new(sign_up::sign_up(&parts, &sessions)?);
        let use_cases = UseCases {
            send_code: Arc::new(verifications::send_code(&parts, &senders, &signal)),
            verify_code: Arc::new(verifications::verify_code(&parts)),
            locate_provider: Arc::new(providers::locate_provider(&parts, &providers)),
            exchange_provider_code: Arc::new(providers::exchange_provider_code(&parts, &providers)),
            sign_up: sign_up.clone(),
            decrypt_request: Arc::new(encrypted_requests::decrypt_request(&parts)?),
            sign_in_with_password: Arc::new(sign_in::with_password(&parts, &sessions)),
            sign_in_with_code: Arc::new(sign_in::with_code(&parts, &sessions)),
            sign_in_with_provider: Arc::new(sign_in::with_provider(&parts, &sessions, sign_up)),
            sign_in_anonymously: Arc::new(sign_in::anonymously(&parts, &sessions)),
            authenticate: sessions.authenticate.clone(),
            refresh_session: Arc::new(sessions.refresh_session(&parts)),
            introspect_token: Arc::new(sessions.introspect_token(&parts, public)),
            issue_client_token: sessions.issue_client_token.clone(),
            end_sessions: Arc::new(sessions.end_sessions(&parts)),
            prove_presence: Arc::new(ProvePresence::new(parts.editor(), account::present_password(&parts))),
            set_password: Arc::new(account::set_password(&parts)),
            reset_password: Arc::new(account::reset_password(&parts)),
            edit_account: Arc::new(account::edit_account(&parts)),
            change_contact: Arc::new(ChangeContact::new(parts.editor(), parts.schemes.clone())),
            bind_identity: Arc::new(BindIdentity::new(parts.editor())),
            list_providers: Arc::new(ListProviders::new(providers)),
            delete_account: Arc::new(DeleteAccount::new(parts.editor())),
            query_users: Arc::new(account::query_users(&parts)),
            admin: admin::use_cases(&parts),
            readiness: Arc::new(Readiness::new(parts.stores.clone(), sessions.ring.clone())),
        };
        Ok(Self {
            use_cases,
            http_options: http_options(&parts),
            deliver_messages: verifications::deliver_messages(&parts, senders, signal),
            sweep_expired: sweep_expired(&parts),
            reload_keys: ReloadKeys::new(settings, sessions.ring),
        })
    }
}

fn sweep_expired(parts: &Parts<'_>) -> SweepExpired {
    let Parts { stores, clock, settings, .. } = parts;
    SweepExpired::new(stores.clone(), stores.clone(), clock.clone(), settings.events.retention)
}

fn http_options(parts: &Parts<'_>) -> HttpOptions {
    let http = &parts.settings.http;
    let entropy = parts.entropy.clone();
    HttpOptions {
        body_limit: http.body_limit_bytes as usize,
        body_timeout: http.request_timeout,
        trusted_proxies: http.trusted_proxies.clone(),
        allowed_origins: clients::origins(&http.allowed_origins),
        own_origin: http.public_origin(),
        allowed_origins_of: clients::origins_by_client(parts.settings),
        clients: parts.clients.clone(),
        schemes: parts.schemes.clone(),
        new_request_id: Arc::new(move || draw::<16>(&*entropy).iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}
