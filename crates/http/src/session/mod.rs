//! Tokens and the sessions behind them: refreshing, looking up, ending.

mod introspect;
mod introspect_own;
mod of_user;
mod revoke;
mod token;
mod use_cases;

pub use self::use_cases::SessionUseCases;
use crate::endpoint;
use crate::endpoints::{Endpoints, Ours};

pub(crate) fn endpoints() -> Endpoints {
    Endpoints::of(Ours::Session)
        .with(
            endpoint!(token::issue_token)
                .also_at("/auth/v2/token", "SDKs that sign in encrypted call it here")
                .also_at("/auth/v1/token/clientCredential", "the SDK on servers asks for a client's own token here"),
        )
        .with(endpoint!(introspect_own::introspect_own_token))
        .with(endpoint!(introspect::introspect_token))
        .with(endpoint!(revoke::revoke_token))
        .with(endpoint!(of_user::list_sessions))
        .with(endpoint!(of_user::end_session))
        .with(endpoint!(of_user::sign_out))
        .with(endpoint!(of_user::end_all_sessions))
        .with(endpoint!(of_user::end_sessions_on_device))
}
