//! Chosen names.

use auth_domain::identifier::UsernameScheme;
use auth_extension::Extension;

/// Registers usernames.
#[must_use]
pub fn username() -> Extension {
    Extension::new("username").identifier(UsernameScheme::default())
}
