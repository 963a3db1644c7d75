//! How the database fails, and what that means.
//!
//! It is recognised by the driver's kinds, by fields of the error and by our own clock, and never by the words of a
//! message, which are in the operator's language. The driver has kinds for some SQLSTATEs and hides the others, so what
//! it calls unknown may be a deadlock, a limit on locks or statements, a full disk, a server without memory, or a missing
//! right. Our statements are tested, so whichever it is, it is the surroundings that fail, and trying again later may
//! help.

use auth_ports::{Failure, Halt};
use diesel::result::{DatabaseErrorKind, Error as SqlError};

/// Why a transaction was rolled back: a rule refused, or the database failed.
pub(crate) type Abort<R> = Halt<R, SqlError>;

/// How the database failed one attempt.
pub(super) struct Fault {
    pub(super) error: SqlError,
    /// Whether the commit itself failed. If the connection was lost then, it is unknown what was stored.
    pub(super) at_commit: bool,
}

/// What a fault means for the attempts that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The connection is unusable.
    Lost,
    /// The server can only be read: it is a standby, or has become one.
    ReadOnly,
    /// Somebody else may have been in the way, and the same again may succeed at once.
    Race,
    /// The database cannot do it now.
    Unable,
    /// We did something wrong.
    Ours,
}

impl Fault {
    pub(super) fn before_commit(error: SqlError) -> Self {
        Self { error, at_commit: false }
    }

    pub(super) fn at_commit(error: SqlError) -> Self {
        Self { error, at_commit: true }
    }

    /// `is_broken` says that the driver considers the connection unusable, and `is_early` that no limit on locks and
    /// statements can have ended the attempt.
    pub(super) fn meaning(&self, is_broken: bool, is_early: bool) -> Meaning {
        use DatabaseErrorKind as Kind;
        match &self.error {
            SqlError::BrokenTransactionManager | SqlError::RollbackErrorOnCommit { .. } => Meaning::Lost,
            SqlError::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _) => Meaning::Lost,
            SqlError::DatabaseError(Kind::ReadOnlyTransaction, _) => Meaning::ReadOnly,
            SqlError::DatabaseError(Kind::SerializationFailure, _) => Meaning::Race,
            SqlError::DatabaseError(Kind::Unknown, _) if is_broken => Meaning::Lost,
            // The server says where in a statement an error is if the statement itself cannot be carried out, for
            // example because a table is missing. That will be so again.
            SqlError::DatabaseError(Kind::Unknown, info) if is_early && info.statement_position().is_none() => {
                Meaning::Race
            }
            SqlError::DatabaseError(Kind::Unknown, _) => Meaning::Unable,
            _ => Meaning::Ours,
        }
    }

    pub(super) fn into_failure(self, meaning: Meaning) -> Failure {
        match meaning {
            Meaning::Ours => Failure::internal(self.error),
            Meaning::Lost | Meaning::ReadOnly | Meaning::Race | Meaning::Unable => Failure::unavailable(self.error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: DatabaseErrorKind) -> Fault {
        // The driver's own type for a text: it has no fields.
        Fault::before_commit(SqlError::DatabaseError(kind, Box::new("检测到死锁".to_owned())))
    }

    #[test]
    fn the_kind_and_the_time_decide() {
        use DatabaseErrorKind as Kind;
        for (kind, is_broken, is_early, meaning) in [
            (Kind::ClosedConnection, false, true, Meaning::Lost),
            (Kind::UnableToSendCommand, false, true, Meaning::Lost),
            (Kind::ReadOnlyTransaction, false, true, Meaning::ReadOnly),
            (Kind::SerializationFailure, false, false, Meaning::Race),
            (Kind::Unknown, true, true, Meaning::Lost),
            (Kind::Unknown, false, true, Meaning::Race),
            (Kind::Unknown, false, false, Meaning::Unable),
            (Kind::CheckViolation, false, true, Meaning::Ours),
            (Kind::UniqueViolation, true, true, Meaning::Ours),
        ] {
            assert_eq!(fault(kind).meaning(is_broken, is_early), meaning);
        }
        assert_eq!(Fault::at_commit(SqlError::BrokenTransactionManager).meaning(true, true), Meaning::Lost);
        assert_eq!(Fault::before_commit(SqlError::NotFound).meaning(false, true), Meaning::Ours);
    }

    #[test]
    fn only_what_we_did_wrong_is_a_fault_of_the_service() {
        for meaning in [Meaning::Lost, Meaning::ReadOnly, Meaning::Race, Meaning::Unable] {
            let failure = fault(DatabaseErrorKind::Unknown).into_failure(meaning);
            assert!(matches!(failure, Failure::Unavailable { .. }), "{meaning:?}");
        }
        let failure = fault(DatabaseErrorKind::CheckViolation).into_failure(Meaning::Ours);
        assert!(matches!(failure, Failure::Internal(_)));
    }
}
