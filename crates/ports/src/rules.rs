//! Rules: what is asked, last of all, before a user comes into being.

use std::time::Duration;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::external_identities::ExternalProfile;
use auth_domain::identifier::Identifier;
use auth_domain::origin::Origin;
use auth_domain::profile::Profile;

use crate::Cause;

/// What is known of somebody who is about to become a user. Everything in it has been proven or may be taken at this
/// moment; another may still be faster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserToBe {
    /// The id of an anonymous user who becomes one like others; none for somebody new.
    pub anonymous: Option<UserId>,
    /// Their login names, proven ones and chosen ones.
    pub identifiers: Vec<Identifier>,
    /// The third party's identity that they bring.
    pub external: Option<ExternalProfile>,
    /// What they say of themselves.
    pub profile: Profile,
    /// By which way they sign up: the scenario's name.
    pub scenario: String,
    /// Where the request comes from.
    pub origin: Origin,
    /// When.
    pub at: Timestamp,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// It has nothing against it.
    Allowed,
    /// It refuses, with a text for the client.
    Refused(String),
}

/// What it means when a rule cannot say anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// Nobody becomes a user whom the rule did not allow: the client may try again.
    Refuse,
    /// Those become users whom the rule could not refuse.
    Allow,
}

/// A rule of the operator's. It is asked on every way on which people make themselves users, and never for a repeated
/// request.
#[async_trait]
pub trait Rule: Send + Sync {
    /// Its name, for the log.
    fn name(&self) -> &str;

    /// How long it may take. Whoever asks waits no longer, and counts silence as a failure.
    fn deadline(&self) -> Duration;

    /// What it means when it fails.
    fn on_failure(&self) -> OnFailure;

    /// Judges. No database connection is held meanwhile, nothing was stored, and it may be asked about the same person
    /// again, so it must change nothing that cannot be repeated.
    ///
    /// # Errors
    /// A [`Cause`], for the operator, when it cannot say.
    async fn judge(&self, user: &UserToBe) -> Result<Ruling, Cause>;
}
