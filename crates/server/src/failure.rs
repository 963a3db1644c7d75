//! Why the program did not start.

use std::net::SocketAddr;
use std::path::PathBuf;

use auth_domain::error_chain::ErrorChain;
use thiserror::Error;

/// Every message says what to do.
#[derive(Debug, Error)]
pub enum StartFailure {
    /// A setting is wrong, or an adapter cannot be set up with its settings.
    #[error(transparent)]
    Settings(#[from] auth_settings::SettingsError),
    /// The storage cannot be used.
    #[error("{0}")]
    Storage(auth_settings::Problem),
    /// Endpoints cannot be served together.
    #[error("endpoints: {0}")]
    Endpoints(#[from] auth_http::endpoints::EndpointsError),
    /// An address cannot be listened on.
    #[error(
        "cannot listen on {address}: {error}. Choose another address with {variable}=127.0.0.1:PORT (port 0 picks a free one)"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The variable of the setting.
        variable: &'static str,
        /// The reason.
        error: std::io::Error,
    },
    /// A file of the data folder cannot be used.
    #[error("cannot use {path}: {error}")]
    File {
        /// The path of the file.
        path: PathBuf,
        /// The reason.
        error: std::io::Error,
    },
    /// Signing keys cannot be used.
    #[error(transparent)]
    Keys(#[from] auth_tokens::KeyFileError),
    /// Password hashing cannot be set up.
    #[error("passwords: {0}")]
    Passwords(#[from] auth_passwords::HasherSettingsError),
    /// Metrics cannot be set up.
    #[error(transparent)]
    Metrics(#[from] auth_metrics::MetricsError),
    /// Extensions cannot be registered together.
    #[error("{0}")]
    Registration(String),
    /// The registered ways to sign up cannot be told apart.
    #[error(transparent)]
    Scenarios(#[from] auth_domain::sign_up::ScenarioProblem),
    /// The key that clients encrypt to cannot be used.
    #[error("secrets.request_key (AUTH__SECRETS__REQUEST_KEY) {0}")]
    RequestKey(auth_tokens::KeyError),
    /// A sub-command was refused, or could not be carried out.
    #[error("{0}")]
    Command(String),
    /// Any other error of the system.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl StartFailure {
    /// Wraps a refusal or failure of a use case together with its causes, because the operator has no log of them.
    pub(crate) fn command(error: impl std::error::Error + 'static) -> Self {
        Self::command_ref(&error)
    }

    /// Does the same for a borrowed error.
    pub(crate) fn command_ref(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::Command(ErrorChain(error).to_string())
    }
}
