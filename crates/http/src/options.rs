//! What the wiring hands to the HTTP adapter.

use std::sync::Arc;
use std::time::Duration;

use auth_application::{Authenticate, ExchangeProviderCode, LocateProvider, Readiness, SendCode, SignUp, VerifyCode};
use auth_domain::clients::Clients;
use auth_domain::identifier::Schemes;
use ipnet::IpNet;

/// The use cases behind the endpoints.
#[derive(Clone)]
pub struct UseCases {
    /// `POST /auth/v1/signup`
    pub sign_up: Arc<SignUp>,
    /// `POST /auth/v1/verification`
    pub send_code: Arc<SendCode>,
    /// `POST /auth/v1/verification/verify`
    pub verify_code: Arc<VerifyCode>,
    /// `GET /auth/v1/provider/uri`
    pub locate_provider: Arc<LocateProvider>,
    /// `POST /auth/v1/provider/token`
    pub exchange_provider_code: Arc<ExchangeProviderCode>,
    /// Every endpoint of a user.
    pub authenticate: Arc<Authenticate>,
    /// `GET /readyz`, and the key set.
    pub readiness: Arc<Readiness>,
}

/// Web origins whose pages may call the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// All (profile `local`).
    Any,
    /// These, and the service's own.
    Only(Vec<String>),
}

/// How requests are read.
#[derive(Clone)]
pub struct HttpOptions {
    /// Largest body, in bytes.
    pub body_limit: usize,
    /// Longest time for reading a body.
    pub body_timeout: Duration,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Web origins whose pages may call the service.
    pub allowed_origins: AllowedOrigins,
    /// Who may use the service.
    pub clients: Clients,
    /// The kinds of identifiers; their names are body fields.
    pub schemes: Schemes,
    /// Makes ids for requests that bring none.
    pub new_request_id: Arc<dyn Fn() -> String + Send + Sync>,
}
