//! The constraints that decide races, by name. `migrations/` names them.

use diesel::result::{DatabaseErrorKind, Error as SqlError};

use crate::database::Abort;

/// One user an id.
pub(crate) const USER_ID: &str = "users_pkey";
/// One owner an identifier.
pub(crate) const IDENTIFIER: &str = "identifiers_pkey";
/// One owner an external identity.
pub(crate) const EXTERNAL_IDENTITY: &str = "external_identities_pkey";
/// One proof a piece of evidence.
pub(crate) const PROOF_EVIDENCE: &str = "proofs_evidence_key";

/// Whether `error` says that this unique constraint was violated.
pub(crate) fn violates(error: &SqlError, constraint: &str) -> bool {
    matches!(error, SqlError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
        if info.constraint_name() == Some(constraint))
}

/// The refusal that a violation of this constraint means; any other error stays one of the database.
pub(crate) fn refused_by<E>(error: SqlError, constraint: &str, refusal: E) -> Abort<E> {
    if violates(&error, constraint) { Abort::Refused(refusal) } else { Abort::Sql(error) }
}
