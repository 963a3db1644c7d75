//! Third parties that vouch for people.

use std::sync::Arc;

use auth_domain::external_identities::ProviderId;
use auth_domain::sign_up::scenarios::SignUpByThirdParty;
use auth_extension::{Extension, Kit};
use auth_http::provider_callback;
use auth_ports::IdentityProvider;
use auth_providers::{GitHubProvider, GitHubSection, OidcProvider, OidcSection};
use auth_settings::Problem;

/// Registers signing up with an identity at a third party, OpenID Connect and GitHub (`[providers.<id>]`).
#[must_use]
pub fn third_party() -> Extension {
    Extension::new("third_party")
        .scenario(SignUpByThirdParty)
        .provider_kind("oidc", oidc)
        .provider_kind("github", github)
}

fn oidc(id: ProviderId, section: OidcSection, kit: &Kit) -> Result<Arc<dyn IdentityProvider>, Problem> {
    let callback = provider_callback(kit.public_url().unwrap_or_default(), id.as_str());
    let settings = section.into_settings(id, &callback)?;
    Ok(Arc::new(OidcProvider::new(settings, kit.outbound().build()?, kit.clock())?))
}

fn github(id: ProviderId, section: GitHubSection, kit: &Kit) -> Result<Arc<dyn IdentityProvider>, Problem> {
    Ok(Arc::new(GitHubProvider::new(section.into_settings(id)?, kit.outbound().build()?)?))
}
