//! The constraints that decide races, by name. `migrations/` names them.

use auth_domain::identifier::IdentifierKind;
use diesel::result::{DatabaseErrorKind, Error as SqlError};

use crate::database::Abort;

/// One user an id.
pub(crate) const USER_ID: &str = "users_pkey";
/// One owner an identifier.
pub(crate) const IDENTIFIER: &str = "identifiers_pkey";
/// One identifier of a kind a user.
pub(crate) const IDENTIFIER_OF_KIND: &str = "identifiers_user_id_kind_key";
/// One owner an external identity.
pub(crate) const EXTERNAL_IDENTITY: &str = "external_identities_pkey";
/// One external identity of a provider a user.
pub(crate) const EXTERNAL_IDENTITY_OF_PROVIDER: &str = "external_identities_user_id_provider_key";
/// One password a user.
pub(crate) const CREDENTIAL: &str = "credentials_pkey";
/// One proof a piece of evidence.
pub(crate) const PROOF_EVIDENCE: &str = "proofs_evidence_key";

/// Whether `error` says that this unique constraint was violated.
pub(crate) fn violates(error: &SqlError, constraint: &str) -> bool {
    matches!(error, SqlError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
        if info.constraint_name() == Some(constraint))
}

/// Which of the kinds is taken, where a statement that inserts several identifiers failed because one is.
/// The database names the values in words like `Key (kind, value)=(email, ann@example.com) already exists`.
pub(crate) fn kind_of_violation(
    error: &SqlError,
    inserted: impl Iterator<Item = IdentifierKind>,
) -> Option<IdentifierKind> {
    if !violates(error, IDENTIFIER) {
        return None;
    }
    let SqlError::DatabaseError(_, info) = error else { return None };
    let details = info.details().unwrap_or_default();
    let mut inserted = inserted.collect::<Vec<_>>();
    // A role that may not read the table is not told the values: then one name is as good as another.
    inserted.retain(|kind| details.is_empty() || details.contains(&format!("=({}, ", kind.name())));
    inserted.first().copied()
}

/// The refusal that a violation of this constraint means; any other error stays one of the database.
pub(crate) fn refused_by<E>(error: SqlError, constraint: &str, refusal: E) -> Abort<E> {
    if violates(&error, constraint) { Abort::Refused(refusal) } else { error.into() }
}
