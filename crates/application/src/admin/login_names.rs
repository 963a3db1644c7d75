//! Login names as operators write them.

use auth_domain::identifier::{Identifier, IdentifierError, Schemes};
use thiserror::Error;

/// Why these cannot be the login names of one user.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LoginNamesError {
    /// The user would have no login name, so nobody could ever sign in.
    #[error("one of username, email, phone_number is required")]
    Missing,
    /// There is no such kind of login name, or one kind was given twice.
    #[error("a user has at most one login name of each kind")]
    Kind,
    /// A login name is malformed.
    #[error(transparent)]
    Malformed(#[from] IdentifierError),
}

/// Reads login names, each with the name of its kind: at least one, and at most one of each kind.
pub(super) fn read(schemes: &Schemes, written: &[(String, String)]) -> Result<Vec<Identifier>, LoginNamesError> {
    let mut names: Vec<Identifier> = Vec::with_capacity(written.len());
    for (kind, raw) in written {
        let name = schemes.get(kind).ok_or(LoginNamesError::Kind)?.parse(raw)?;
        if names.iter().any(|other| other.kind() == name.kind()) {
            return Err(LoginNamesError::Kind);
        }
        names.push(name);
    }
    if names.is_empty() { Err(LoginNamesError::Missing) } else { Ok(names) }
}
