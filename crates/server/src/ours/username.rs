//! Chosen names.

use auth_domain::identifier::UsernameScheme;
use auth_extension::Extension;

/// Usernames.
#[must_use]
pub fn username() -> Extension {
    Extension::new("username").identifier(UsernameScheme::default())
}
