//! What the wiring hands to the HTTP adapter.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use auth_application::account::{
    BindIdentity, ChangeContact, DeleteAccount, EditAccount, ListProviders, ProvePresence, QueryUsers, ResetPassword,
    SetPassword,
};
use auth_application::provider::{ExchangeProviderCode, LocateProvider};
use auth_application::session::{Authenticate, EndSessions, IntrospectToken, IssueClientToken, RefreshSession};
use auth_application::sign_in::{
    DecryptRequest, SignInAnonymously, SignInWithCode, SignInWithPassword, SignInWithProvider,
};
use auth_application::sign_up::SignUp;
use auth_application::upkeep::Readiness;
use auth_application::verification::{SendCode, VerifyCode};
use auth_domain::clients::Clients;
use auth_domain::identifier::Schemes;
use ipnet::IpNet;

use crate::admin::AdminUseCases;

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
    /// `POST /auth/v1/token`
    pub refresh_session: Arc<RefreshSession>,
    /// `POST /auth/v1/token`, for clients themselves.
    pub issue_client_token: Arc<IssueClientToken>,
    /// `POST /auth/v1/introspect`
    pub introspect_token: Arc<IntrospectToken>,
    /// `POST /auth/v1/revoke`, and the user's sessions.
    pub end_sessions: Arc<EndSessions>,
    /// `POST /auth/v2/signin/username`, and the key for it.
    pub decrypt_request: Arc<DecryptRequest>,
    /// `POST /auth/v1/signin`, by password.
    pub sign_in_with_password: Arc<SignInWithPassword>,
    /// `POST /auth/v1/signin`, by code.
    pub sign_in_with_code: Arc<SignInWithCode>,
    /// `POST /auth/v1/signin/with/provider`
    pub sign_in_with_provider: Arc<SignInWithProvider>,
    /// `POST /auth/v1/signin/anonymously`
    pub sign_in_anonymously: Arc<SignInAnonymously>,
    /// `POST /auth/v1/user/sudo`
    pub prove_presence: Arc<ProvePresence>,
    /// `PATCH /auth/v1/user/password`
    pub set_password: Arc<SetPassword>,
    /// `POST /auth/v1/reset`
    pub reset_password: Arc<ResetPassword>,
    /// `POST /auth/v1/user/basic/edit`, `PATCH /auth/v1/user/profile`
    pub edit_account: Arc<EditAccount>,
    /// `PATCH /auth/v1/user/contact`
    pub change_contact: Arc<ChangeContact>,
    /// `/auth/v1/user/provider/…`
    pub bind_identity: Arc<BindIdentity>,
    /// `GET /auth/v1/user/provider`
    pub list_providers: Arc<ListProviders>,
    /// `DELETE /auth/v1/user/me`
    pub delete_account: Arc<DeleteAccount>,
    /// `GET /auth/v1/user/query`, and checks of names.
    pub query_users: Arc<QueryUsers>,
    /// Every endpoint of a user.
    pub authenticate: Arc<Authenticate>,
    /// `GET /readyz`, and the key set.
    pub readiness: Arc<Readiness>,
    /// The admin listener.
    pub admin: AdminUseCases,
}

impl HttpOptions {
    /// Whether pages of this origin may call as this client: one with a list of its own is held to it.
    pub(crate) fn admit(&self, client: &str, origin: &str) -> bool {
        self.allowed_origins_of.get(client).unwrap_or(&self.allowed_origins).admit(origin)
    }

    /// Whether they may call as one client or another.
    pub(crate) fn admit_as_anybody(&self, origin: &str) -> bool {
        self.allowed_origins.admit(origin) || self.allowed_origins_of.values().any(|list| list.admit(origin))
    }
}

/// Web origins whose pages may call the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// All (profile `local`).
    Any,
    /// These, and the service's own.
    Only(Vec<String>),
}

impl AllowedOrigins {
    pub(crate) fn admit(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Only(allowed) => allowed.iter().any(|one| one == origin),
        }
    }
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
    /// The origin of the service's own pages, besides that of the address a request names.
    pub own_origin: Option<String>,
    /// The same for clients that have a list of their own.
    pub allowed_origins_of: BTreeMap<String, AllowedOrigins>,
    /// Who may use the service.
    pub clients: Clients,
    /// The kinds of identifiers; their names are body fields.
    pub schemes: Schemes,
    /// Makes ids for requests that bring none.
    pub new_request_id: Arc<dyn Fn() -> String + Send + Sync>,
}
