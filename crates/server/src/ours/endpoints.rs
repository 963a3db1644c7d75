//! The endpoints of both listeners.

use auth_extension::Extension;
use auth_http::{admin_endpoints, public_endpoints};

/// Registers the endpoints of the wire protocol and those of operators. What their handlers share is made of more than
/// the ports that are lent to extensions, so the wiring gives it to these tables, by their names.
#[must_use]
pub fn endpoints() -> Extension {
    let public = public_endpoints().into_iter().fold(Extension::new("endpoints"), Extension::endpoints);
    admin_endpoints().into_iter().fold(public, Extension::admin_endpoints)
}
