//! Signing in with an app that everybody has: a code is traded for an `openid`, and errors come with status 200.
//!
//! ```toml
//! [providers.super_app]
//! kind = "super_app"
//! app_id = "wx0123456789abcdef"
//! app_secret_file = "/run/secrets/super_app"
//! redirect_uris = ["https://app.example.com/signed-in"]
//! ```

mod party;
mod provider;
mod section;

use std::sync::Arc;

use auth_extension::{Extension, Kit};

pub use provider::SuperApp;
pub use section::SuperAppSection;

/// The kind `super_app` of `[providers.<id>]`.
#[must_use]
pub fn extension() -> Extension {
    Extension::new("acme-super-app").provider_kind("super_app", |id, section: SuperAppSection, kit: &Kit| {
        Ok(Arc::new(SuperApp::new(id, section, kit.outbound())?))
    })
}
