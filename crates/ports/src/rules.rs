//! Rules: what the operator decides, last of all, before a user is created.

use std::time::Duration;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;
use auth_domain::profile::Profile;

use crate::Cause;

/// What is known about somebody who is about to become a user. All of it has been proven or is available at this
/// moment, although another request may still be faster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserToBe {
    /// The id of an anonymous user who is becoming an ordinary one; `None` for a new user.
    pub anonymous: Option<UserId>,
    /// The login names, both proven and chosen ones.
    pub identifiers: Vec<Identifier>,
    /// The third-party identity that they sign up with.
    pub external: Option<ExternalProfile>,
    /// The profile that they sign up with.
    pub profile: Profile,
    /// The name of the scenario by which they sign up. An anonymous user may become an ordinary one without signing up:
    /// then it is the kind of the first address that they add, or `third_party` for an identity.
    pub scenario: String,
    /// Where the request comes from.
    pub origin: Origin,
    /// When the rule is asked.
    pub at: Timestamp,
}

/// The answer of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// The rule has no objection.
    Allowed,
    /// The rule refuses, with a text for the client.
    Refused(String),
}

/// The failure mode of a rule: what happens if it cannot answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Nobody becomes a user unless the rule has allowed it; the client may try again.
    Refuse,
    /// Anybody may become a user unless the rule has refused them.
    Allow,
}

/// A rule of the operator's. It is asked in every way by which people can become users, and never for a repeated
/// request.
#[async_trait]
pub trait Rule: Send + Sync {
    /// Returns the rule's name, for the log.
    fn name(&self) -> &str;

    /// Returns how long the rule may take. The caller waits no longer than that, and counts a missing answer as a
    /// failure.
    fn deadline(&self) -> Duration;

    /// Returns the failure mode.
    fn on_failure(&self) -> OnFailure;

    /// Decides. Meanwhile no database connection is held and nothing has been stored. It may be asked about the same
    /// person again, so whatever it does must be idempotent.
    ///
    /// # Errors
    /// Returns a [`Cause`], for the operator, if the rule cannot decide.
    async fn judge(&self, user: &UserToBe) -> Result<Ruling, Cause>;

    /// Finds out whether the receiver would take questions, without giving it one: it is reached, TLS is made, and what needs a
    /// password is signed in to. Operators ask for it. `None`: there is no way to tell.
    ///
    /// # Errors
    /// Returns a [`Cause`], for the operator, if the receiver cannot be reached or refuses.
    async fn try_receiver(&self) -> Option<Result<(), Cause>> {
        None
    }
}
