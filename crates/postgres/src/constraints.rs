//! The constraints that decide races, by name. They are named in `migrations/`.

use auth_domain::identifier::IdentifierKind;
use diesel::result::{DatabaseErrorKind, Error as SqlError};

use crate::database::Abort;

/// One user per id.
pub(crate) const USER_ID: &str = "users_pkey";
/// One owner per identifier.
pub(crate) const IDENTIFIER: &str = "identifiers_pkey";
/// One identifier per user and kind.
pub(crate) const IDENTIFIER_OF_KIND: &str = "identifiers_user_id_kind_key";
/// One owner per external identity.
pub(crate) const EXTERNAL_IDENTITY: &str = "external_identities_pkey";
/// One external identity per user and provider.
pub(crate) const EXTERNAL_IDENTITY_OF_PROVIDER: &str = "external_identities_user_id_provider_key";
/// One password per user.
pub(crate) const CREDENTIAL: &str = "credentials_pkey";
/// One proof per piece of evidence.
pub(crate) const PROOF_EVIDENCE: &str = "proofs_evidence_key";

/// Whether `error` is a violation of this unique constraint.
pub(crate) fn violates(error: &SqlError, constraint: &str) -> bool {
    matches!(error, SqlError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
        if info.constraint_name() == Some(constraint))
}

/// Which of the kinds is taken, when a statement that inserts several identifiers fails because one of them is. The
/// database reports the values in a form like `Key (kind, value)=(email, ann@example.com) already exists`.
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
    // A role that may not read the table does not get the values, in which case any of the kinds may be named.
    inserted.retain(|kind| details.is_empty() || details.contains(&format!("=({}, ", kind.name())));
    inserted.first().copied()
}

/// Turns a violation of this constraint into the refusal that it means; any other error remains an error of the
/// database.
pub(crate) fn refused_by<E>(error: SqlError, constraint: &str, refusal: E) -> Abort<E> {
    if violates(&error, constraint) { Abort::Refused(refusal) } else { error.into() }
}
