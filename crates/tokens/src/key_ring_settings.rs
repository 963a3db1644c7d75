//! The deployment to which tokens belong.

/// What all tokens of a deployment have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRingSettings {
    /// `iss`: the public address. It is compared octet by octet.
    pub issuer: String,
    /// `project_id`: the environment.
    pub project_id: String,
}
