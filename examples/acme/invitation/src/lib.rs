//! Signing up with the code of an invitation and a username: whoever was invited needs neither phone nor e-mail.
//!
//! A code is a *voucher*: the store spends it in the transaction that creates the account. The codes are in a table of
//! their own, which is filled by whoever invites:
//!
//! ```sql
//! INSERT INTO acme_invitations (code) VALUES ('WELCOME-2027');
//! ```

mod code;
mod postgres;
mod scenario;

use auth_extension::Extension;

pub use code::INVITATION_CODE;
pub use postgres::parts;
pub use scenario::SignUpByInvitation;

/// The way to sign up, and what it needs of the stores on PostgreSQL.
#[must_use]
pub fn extension() -> Extension {
    Extension::new("acme-invitation").scenario(SignUpByInvitation).store_part(parts())
}
