//! The applications, with stores in memory.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use auth_application::admin::AuthorizeOperator;
use auth_application::kit::Gate;
use auth_application::session::{Authenticate, RecogniseClient};
use auth_application::upkeep::Draining;
use auth_contracts::samples::{SampleAccount, sample_admin_key, sample_operator_event, start, unique_bytes};
use auth_contracts::{ManualClock, Stores};
use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, Scope};
use auth_domain::admin::{AdminKey, AdminKeySecret};
use auth_domain::captcha::GateRules;
use auth_domain::clients::{ClientId, Clients, UnknownClients};
use auth_domain::events::EventKind;
use auth_domain::identifier::Schemes;
use auth_domain::keyed_hash::ServerKey;
use auth_domain::secret_bytes::SecretBytes;
use auth_http::actix_web;
use auth_http::actix_web::body::{BoxBody, to_bytes};
use auth_http::actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use auth_http::actix_web::http::header::HeaderMap;
use auth_http::actix_web::test::{TestRequest, init_service, try_call_service};
use auth_http::endpoints::{Endpoints, EndpointsError};
use auth_http::{
    AdminApp, CorsOrigins, ForwardedHeader, HttpOptions, InProgress, LocalPage, Observer, PublicApp, Tracer,
    admin_endpoints, public_endpoints,
};
use auth_memory::MemoryStores;
use auth_ports::AccessTokenChecker;
use futures_util::future::{Either, select};
use serde_json::Value;

use crate::badge;

/// The access token of the one user.
pub(crate) const TOKEN: &str = "token";

/// Accepts one token.
struct OneToken(AccessClaims);

impl AccessTokenChecker for OneToken {
    fn check(&self, token: &str, _: Timestamp) -> Option<AccessClaims> {
        self.check_whenever(token)
    }

    fn check_whenever(&self, token: &str) -> Option<AccessClaims> {
        (token == TOKEN).then(|| self.0.clone())
    }
}

/// Both applications, with one user and one admin key.
pub(crate) struct App {
    public: PublicApp,
    admin: AdminApp,
    /// The user's id.
    pub(crate) user: String,
    /// The admin key.
    pub(crate) key: String,
}

impl App {
    /// Starts them with our endpoints and those of the teams.
    pub(crate) async fn start() -> Self {
        Self::start_with(None, options(), Vec::new()).await
    }

    /// Starts them with one more table, and with somebody who is told of requests.
    pub(crate) async fn start_watched(table: Endpoints, observer: Observer, tracer: Arc<dyn Tracer>) -> Self {
        let options = HttpOptions { observer: Some(observer), tracer: Some(tracer), ..options() };
        Self::start_with(None, options, vec![table]).await
    }

    /// Starts them as profile `local` does.
    pub(crate) async fn start_with_page(page: LocalPage) -> Self {
        Self::start_with(Some(page), options(), Vec::new()).await
    }

    async fn start_with(page: Option<LocalPage>, options: HttpOptions, more: Vec<Endpoints>) -> Self {
        let stores = Stores::of(MemoryStores::new());
        let account = SampleAccount::new().with_email();
        stores.sign_up(&account).await;
        let claims = claims(&account);
        let user = claims.user.to_string();
        let key = AdminKeySecret::new(SecretBytes::new(unique_bytes()));
        let stored = AdminKey { hash: key.hash(), ..sample_admin_key() };
        let event = sample_operator_event(EventKind::AdminKeyCreated);
        stores.admin_keys.create(stored, event).await.expect("it is new");
        let clock = Arc::new(ManualClock::new());
        let authenticate = Authenticate::new(Arc::new(OneToken(claims)), stores.accounts, clock.clone());
        let authorize = AuthorizeOperator::new(stores.admin_keys, clock);
        let (has_page, page) = (page.is_some(), page.map(LocalPage::endpoints).into_iter().collect());
        let endpoints = [public_endpoints(), vec![badge::endpoints(), badge::of_another_team()], page, more];
        let public =
            PublicApp::new(options.clone(), Arc::new(authenticate), endpoints.concat()).expect("they go together");
        let public = if has_page { public.with_first_page() } else { public };
        let endpoints = [admin_endpoints(), vec![badge::admin_endpoints()]].concat();
        let admin = AdminApp::new(options, Arc::new(authorize), endpoints).expect("they go together");
        Self { public, admin, user, key: key.expose() }
    }

    /// Calls the public listener.
    pub(crate) async fn call(&self, request: TestRequest) -> Answer {
        answer(self.public.app(), request).await
    }

    /// Calls the public listener, and hangs up at a time that comes before the answer.
    pub(crate) async fn hang_up(&self, request: TestRequest, time: impl Future<Output = ()>) {
        let service = init_service(self.public.app()).await;
        let call = pin!(try_call_service(&service, request.to_request()));
        assert!(matches!(select(call, pin!(time)).await, Either::Right(_)), "it was answered");
    }

    /// Calls the admin listener.
    pub(crate) async fn call_admin(&self, request: TestRequest) -> Answer {
        answer(self.admin.app(), request).await
    }
}

async fn answer<T>(app: actix_web::App<T>, request: TestRequest) -> Answer
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
{
    let service = init_service(app).await;
    let response = match try_call_service(&service, request.to_request()).await {
        Ok(response) => response.into_parts().1,
        Err(error) => error.error_response(),
    };
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body()).await.expect("a body");
    let text = String::from_utf8_lossy(&body).into_owned();
    Answer { status: status.as_u16(), headers, body: serde_json::from_slice(&body).unwrap_or_default(), text }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    /// The body as JSON, or null where it is something else.
    pub(crate) body: Value,
    text: String,
}

impl Answer {
    /// Returns a header's text, which is empty if it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the body as a text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Asserts that this is an error in the contract's shape, and returns its description.
    pub(crate) fn refused(&self, status: u16, name: &str) -> &str {
        assert_eq!((self.status, &self.body["error"]), (status, &Value::from(name)), "{}", self.body);
        assert!(self.body["error_code"].is_i64(), "{}", self.body);
        self.body["error_description"].as_str().expect("a description")
    }
}

/// Returns the claims of the token for the account's first session.
fn claims(SampleAccount { account, .. }: &SampleAccount) -> AccessClaims {
    AccessClaims {
        user: account.id,
        session: account.session.id,
        client: account.session.origin.client.clone(),
        for_client: true,
        scope: Scope::User,
        method: account.session.method.clone(),
        issued_at: start(),
        expires_at: account.session.expires_at,
    }
}

/// Checks whether these endpoints can be served together with ours.
pub(crate) fn with_ours(theirs: Endpoints) -> Result<(), EndpointsError> {
    auth_http::public_document(&[public_endpoints(), vec![theirs]].concat()).map(drop)
}

fn options() -> HttpOptions {
    let clients = Clients::new(ClientId::parse("default").expect("a name"), UnknownClients::TakenAsDefault, Vec::new());
    let (stores, clock) = (Arc::new(MemoryStores::new()), Arc::new(ManualClock::new()));
    HttpOptions {
        body_limit: 1000,
        body_timeout: Duration::from_secs(5),
        trusted_proxies: Vec::new(),
        forwarded_header: ForwardedHeader::default(),
        allowed_origins: CorsOrigins::Only(Vec::new()),
        own_origin: None,
        allowed_origins_of: [].into(),
        client_keys: Arc::new(RecogniseClient::new(stores.clone(), clock.clone(), clients.clone())),
        clients,
        schemes: Schemes::new(Vec::new()),
        pace: None,
        in_progress: InProgress::new(64),
        gate: Gate::new(stores, clock, key(), GateRules::default()),
        draining: Draining::default(),
        observer: None,
        tracer: None,
        new_request_id: Arc::new(|| "made".to_owned()),
    }
}

fn key() -> ServerKey {
    ServerKey::new(SecretBytes::new([9; 32]))
}
