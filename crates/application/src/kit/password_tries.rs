//! How often passwords may be tried.

use auth_domain::limits::Quota;

/// How often passwords may be tried. Every try counts before it is looked at; a right one forgets
/// the wrong ones of its network.
#[derive(Debug, Clone, Copy)]
pub struct PasswordTries {
    /// By one network at one account.
    pub per_account_and_network: Quota,
    /// By one network at all accounts.
    pub per_network: Quota,
    /// By everybody at one account. Other ways to sign in stay open to its owner.
    pub per_account: Quota,
}
