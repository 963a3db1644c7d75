//! The one place that constructs adapters.

mod admin;
mod clients;
mod providers;

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use auth_application::account::{
    BindIdentity, ChangeContact, DeleteAccount, EditAccount, Editor, FindUsers, ListProviders, PresentPassword,
    ProvePresence, ResetPassword, SetPassword,
};
use auth_application::{
    Authenticate, DeliverMessages, EndSessions, ExchangeProviderCode, IntrospectToken, IssueClientToken,
    LocateProvider, MessageSignal, NetworkLimit, PasswordTries, Providers, Readiness, RefreshSession, SendCode,
    SendCodePolicy, SessionIssuer, SessionStarter, SignInAnonymously, SignInWithCode, SignInWithPassword,
    SignInWithProvider, SignUp, SweepExpired, VerifyCode,
};
use auth_domain::identifier::{EmailScheme, PhoneNumberScheme, Schemes, UsernameScheme};
use auth_domain::messages::Channel;
use auth_domain::signup::Scenarios;
use auth_domain::signup::scenarios::{SignUpByEmail, SignUpByPhoneNumber, SignUpByThirdParty};
use auth_http::{HttpOptions, UseCases};
use auth_passwords::{Argon2Hasher, HasherSettings};
use auth_ports::{Clock, Entropy, MessageSender, draw};
use auth_postgres::{Database, DatabaseOptions, PostgresStores};
use auth_senders::{LogSender, SmtpSender, SmtpSettings, WebhookSender, WebhookSettings};
use auth_settings::{Settings, SmsVendor};
use auth_tokens::KeyRing;

pub(crate) use admin::CommandLine;

use crate::signing_keys::{self, ReloadKeys};
use crate::{StartFailure, keys};

/// What the service takes from the machine it runs on.
#[derive(Clone)]
pub struct World {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where messages of profile `local` are printed.
    pub out: Arc<Mutex<dyn Write + Send>>,
}

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
        let World { clock, entropy, .. } = world;
        let phone_numbers = PhoneNumberScheme { countries: settings.phone_numbers.countries.clone() };
        phone_numbers.warm_up();
        let schemes = schemes(phone_numbers.clone());
        // A new way to sign up: one line here.
        let scenarios = Scenarios::new(vec![
            Arc::new(SignUpByPhoneNumber::new(phone_numbers)),
            Arc::new(SignUpByEmail::new(EmailScheme)),
            Arc::new(SignUpByThirdParty),
        ]);
        let key = keys::server_key(settings, &**entropy)?;
        let stores = Arc::new(PostgresStores::new(database(settings, database_url), schemes.clone()));
        let senders = senders(settings, world)?;
        let clients = clients::clients(settings);
        let providers = Providers::new(providers::providers(settings, clock)?, clients.clone());
        let hasher = Arc::new(Argon2Hasher::new(&hasher_settings(settings), entropy.clone())?);
        let ring = Arc::new(key_ring(settings, world, public)?);
        let reload_keys = ReloadKeys::new(settings, ring.clone());
        let issuer = SessionIssuer::new(
            ring.clone(),
            entropy.clone(),
            key.clone(),
            settings.sessions.policy(),
            settings.tokens.access_ttl,
        );
        let starter = SessionStarter::new(stores.clone(), issuer.clone(), clock.clone(), entropy.clone());
        let editor = Editor::new(stores.clone(), stores.clone(), clock.clone(), entropy.clone(), key.clone());
        let tries = password_tries(settings);
        let present = PresentPassword::new(editor.clone(), stores.clone(), hasher.clone(), stores.clone(), tries);
        let reveal_existence = settings.verification.reveal_existence;
        let password_policy = settings.passwords.policy();
        let sign_up = Arc::new(SignUp::new(
            stores.clone(),
            stores.clone(),
            starter.clone(),
            hasher.clone(),
            clock.clone(),
            entropy.clone(),
            issuer.clone(),
            key.clone(),
            scenarios,
            password_policy.clone(),
            clients.clone(),
        ));
        let authenticate = Arc::new(Authenticate::new(ring.clone(), stores.clone(), clock.clone()));
        let issue_client_token =
            Arc::new(IssueClientToken::new(ring.clone(), clock.clone(), clients.clone(), settings.tokens.access_ttl));
        let verification = settings.verification.policy(settings.limits.enabled);
        let signal = MessageSignal::default();
        let limits = &settings.limits;
        let by_network = |what, quota| NetworkLimit::new(stores.clone(), clock.clone(), what, quota);
        let admin = admin::AdminParts {
            stores: stores.clone(),
            hasher: hasher.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            key: key.clone(),
            schemes: schemes.clone(),
            password_policy: password_policy.clone(),
        };
        let use_cases = UseCases {
            admin: admin.build(),
            sign_up: sign_up.clone(),
            refresh_session: Arc::new(RefreshSession::new(
                stores.clone(),
                issuer.clone(),
                clock.clone(),
                entropy.clone(),
                clients,
            )),
            introspect_token: Arc::new(IntrospectToken::new(
                authenticate.clone(),
                issue_client_token.clone(),
                stores.clone(),
                stores.clone(),
                issuer.clone(),
                clock.clone(),
                settings.issuer(public),
            )),
            issue_client_token,
            end_sessions: Arc::new(EndSessions::new(
                stores.clone(),
                ring.clone(),
                issuer,
                clock.clone(),
                entropy.clone(),
            )),
            sign_in_with_password: Arc::new(SignInWithPassword::new(
                stores.clone(),
                stores.clone(),
                stores.clone(),
                hasher.clone(),
                clock.clone(),
                entropy.clone(),
                schemes.clone(),
                starter.clone(),
                tries,
                reveal_existence,
            )),
            sign_in_with_code: Arc::new(SignInWithCode::new(
                stores.clone(),
                stores.clone(),
                clock.clone(),
                key.clone(),
                schemes.clone(),
                starter.clone(),
            )),
            sign_in_with_provider: Arc::new(SignInWithProvider::new(
                stores.clone(),
                stores.clone(),
                clock.clone(),
                entropy.clone(),
                key.clone(),
                starter.clone(),
                sign_up,
            )),
            sign_in_anonymously: Arc::new(SignInAnonymously::new(
                stores.clone(),
                stores.clone(),
                clock.clone(),
                entropy.clone(),
                starter,
                settings.anonymous.enabled,
                by_network("anonymous", limits.anonymous_sign_ins_per_network()),
            )),
            prove_presence: Arc::new(ProvePresence::new(editor.clone(), present.clone())),
            set_password: Arc::new(SetPassword::new(
                editor.clone(),
                hasher.clone(),
                present.clone(),
                password_policy.clone(),
            )),
            reset_password: Arc::new(ResetPassword::new(
                editor.clone(),
                hasher.clone(),
                schemes.clone(),
                password_policy.clone(),
            )),
            edit_account: Arc::new(EditAccount::new(editor.clone(), hasher, present, schemes.clone(), password_policy)),
            change_contact: Arc::new(ChangeContact::new(editor.clone(), schemes.clone())),
            bind_identity: Arc::new(BindIdentity::new(editor.clone())),
            list_providers: Arc::new(ListProviders::new(providers.clone())),
            delete_account: Arc::new(DeleteAccount::new(editor)),
            find_users: Arc::new(FindUsers::new(
                stores.clone(),
                schemes.clone(),
                by_network("find_users", limits.lookups_per_network()),
                reveal_existence,
            )),
            send_code: Arc::new(SendCode::new(
                stores.clone(),
                stores.clone(),
                by_network("send_code", limits.sends_per_network()),
                clock.clone(),
                entropy.clone(),
                schemes.clone(),
                SendCodePolicy {
                    verification: verification.clone(),
                    reveal_existence,
                    channels: senders.iter().map(|sender| sender.channel()).collect(),
                    sms_countries: settings.sms.countries.clone(),
                },
                signal.clone(),
            )),
            verify_code: Arc::new(VerifyCode::new(
                stores.clone(),
                clock.clone(),
                entropy.clone(),
                key.clone(),
                verification,
            )),
            locate_provider: Arc::new(LocateProvider::new(providers.clone(), entropy.clone(), key.clone())),
            exchange_provider_code: Arc::new(ExchangeProviderCode::new(
                providers,
                stores.clone(),
                clock.clone(),
                entropy.clone(),
                key.clone(),
                by_network("provider_token", limits.provider_tokens_per_network()),
            )),
            authenticate,
            readiness: Arc::new(Readiness::new(stores.clone(), ring)),
        };
        let sweep_expired = SweepExpired::new(stores.clone(), stores.clone(), clock.clone(), settings.events.retention);
        let deliver_messages = DeliverMessages::new(stores, senders, clock.clone(), entropy.clone(), key, signal);
        Ok(Self {
            use_cases,
            http_options: http_options(settings, schemes, entropy.clone()),
            deliver_messages,
            sweep_expired,
            reload_keys,
        })
    }
}

/// A new kind of identifier: one line here.
fn schemes(phone_numbers: PhoneNumberScheme) -> Schemes {
    Schemes::new(vec![Arc::new(phone_numbers), Arc::new(EmailScheme), Arc::new(UsernameScheme::default())])
}

fn database(settings: &Settings, url: &str) -> Database {
    Database::new(&DatabaseOptions {
        url: url.to_owned(),
        pool_size: settings.database.pool_size(),
        acquire_timeout: settings.database.acquire_timeout,
    })
}

fn password_tries(settings: &Settings) -> Option<PasswordTries> {
    settings.limits.password_tries().map(|[per_account_and_network, per_network, per_account]| PasswordTries {
        per_account_and_network,
        per_network,
        per_account,
    })
}

fn hasher_settings(settings: &Settings) -> HasherSettings {
    HasherSettings {
        memory_kib: settings.passwords.memory_kib,
        iterations: settings.passwords.iterations,
        parallelism: settings.passwords.parallelism,
        max_concurrent: settings.passwords.max_concurrent(),
        max_queued: settings.passwords.max_queued(),
    }
}

/// A new vendor: one arm here.
fn senders(settings: &Settings, world: &World) -> Result<Vec<Arc<dyn MessageSender>>, StartFailure> {
    let mut senders: Vec<Arc<dyn MessageSender>> = Vec::new();
    match &settings.sms.vendor {
        SmsVendor::None => {}
        SmsVendor::Log => senders.push(Arc::new(LogSender::new(Channel::Sms, world.out.clone()))),
        SmsVendor::Webhook { url, secret } => {
            let failed = |problem: String| StartFailure::Sender { section: "sms.webhook", problem };
            let secret = secret.clone().ok_or_else(|| failed("secret must be set".into()))?;
            let webhook = WebhookSettings {
                url: url.as_str().to_owned(),
                secret,
                timeout: WebhookSettings::DEFAULT_TIMEOUT,
                allow_plain_http: !settings.profile.is_production(),
            };
            let sender = WebhookSender::new(webhook, world.clock.clone()).map_err(|e| failed(e.to_string()))?;
            senders.push(Arc::new(sender));
        }
    }
    match &settings.smtp {
        Some(smtp) => {
            let smtp = SmtpSettings {
                url: smtp.url.expose().to_owned().into(),
                from: smtp.from.clone(),
                timeout: SmtpSettings::DEFAULT_TIMEOUT,
            };
            let failed = |problem: String| StartFailure::Sender { section: "smtp", problem };
            senders.push(Arc::new(SmtpSender::new(smtp).map_err(|e| failed(e.to_string()))?));
        }
        None if settings.profile.is_production() => {}
        None => senders.push(Arc::new(LogSender::new(Channel::Email, world.out.clone()))),
    }
    Ok(senders)
}

fn key_ring(settings: &Settings, world: &World, public: SocketAddr) -> Result<KeyRing, StartFailure> {
    let keys = signing_keys::load(settings, &*world.clock)?;
    let token_settings =
        auth_tokens::TokenSettings { issuer: settings.issuer(public), project_id: settings.tokens.project_id.clone() };
    Ok(KeyRing::new(keys, token_settings, world.entropy.clone()))
}

fn http_options(settings: &Settings, schemes: Schemes, entropy: Arc<dyn Entropy>) -> HttpOptions {
    HttpOptions {
        body_limit: settings.http.body_limit_bytes as usize,
        body_timeout: settings.http.request_timeout,
        trusted_proxies: settings.http.trusted_proxies.clone(),
        allowed_origins: clients::origins(&settings.http.allowed_origins),
        allowed_origins_of: clients::origins_by_client(settings),
        clients: clients::clients(settings),
        schemes,
        new_request_id: Arc::new(move || draw::<16>(&*entropy).iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}
