//! Refused or failed: the two reasons why something does not happen. They are never mixed.
//!
//! A rule of the domain *refuses*, and the client learns why. The outside world *fails*, and the operator learns why.
//! Ports, stores and use cases all return the same shape, each with refusals of its own:
//!
//! - `Result<T, Failure>` where there is nothing to refuse;
//! - `Result<T, Halt<SomeRefusal>>` where there is. `?` converts every [`Failure`] into it.
//!
//! A refusal is never converted into another one implicitly, because the same fact may mean different things to
//! different callers. [`Halted::refused_as`] says what it means to this caller, and [`Halted::decided`] leaves only
//! the decision to be matched.

use thiserror::Error;

use crate::Failure;

/// Why something did not happen.
#[derive(Debug, Error)]
pub enum Halt<R, F = Failure> {
    /// A rule of the domain refused, for a reason that the client is told. Nothing was stored.
    #[error(transparent)]
    Refused(R),
    /// Something outside the request failed, which is for the operator to know.
    #[error(transparent)]
    Failed(F),
}

/// Lets `?` convert failures.
impl<R, F> From<F> for Halt<R, F> {
    fn from(failure: F) -> Self {
        Self::Failed(failure)
    }
}

impl<R, F> Halt<R, F> {
    /// Converts the refusal; a failure stays as it is.
    pub fn map_refused<S>(self, reason: impl FnOnce(R) -> S) -> Halt<S, F> {
        match self {
            Self::Refused(refusal) => Halt::Refused(reason(refusal)),
            Self::Failed(failure) => Halt::Failed(failure),
        }
    }
}

/// Returns a refusal, as in `return refuse(SignUpRefusal::NotAnonymous)`.
///
/// # Errors
/// Always returns the refusal.
pub fn refuse<T, R, F>(reason: R) -> Result<T, Halt<R, F>> {
    Err(Halt::Refused(reason))
}

/// What callers do with a result that may be refused or failed.
pub trait Halted<T, R, F>: Sized {
    /// Says what a refusal means to the caller, as in `.refused_as(SignUpRefusal::VerificationToken)?`.
    ///
    /// # Errors
    /// Returns the caller's refusal, or the failure unchanged.
    fn refused_as<S>(self, reason: impl FnOnce(R) -> S) -> Result<T, Halt<S, F>>;

    /// Says what a failure means to the caller, where it is not a [`Failure`] yet.
    ///
    /// # Errors
    /// Returns the refusal unchanged, or the caller's failure.
    fn failed_as<G>(self, cause: impl FnOnce(F) -> G) -> Result<T, Halt<R, G>>;

    /// Separates the decision (done or refused), so that it can be matched.
    ///
    /// # Errors
    /// Returns the failure, which leaves no decision.
    fn decided(self) -> Result<Result<T, R>, F>;
}

impl<T, R, F> Halted<T, R, F> for Result<T, Halt<R, F>> {
    fn refused_as<S>(self, reason: impl FnOnce(R) -> S) -> Result<T, Halt<S, F>> {
        self.map_err(|halt| halt.map_refused(reason))
    }

    fn failed_as<G>(self, cause: impl FnOnce(F) -> G) -> Result<T, Halt<R, G>> {
        self.map_err(|halt| match halt {
            Halt::Refused(refusal) => Halt::Refused(refusal),
            Halt::Failed(failure) => Halt::Failed(cause(failure)),
        })
    }

    fn decided(self) -> Result<Result<T, R>, F> {
        match self {
            Ok(value) => Ok(Ok(value)),
            Err(Halt::Refused(refusal)) => Ok(Err(refusal)),
            Err(Halt::Failed(failure)) => Err(failure),
        }
    }
}

/// For errors of pure rules, which can only refuse.
pub trait OrRefuse<T, E>: Sized {
    /// Turns the error of a pure rule into a refusal, as in `scheme.parse(raw).or_refuse()?`.
    ///
    /// # Errors
    /// Returns the refusal.
    fn or_refuse<R: From<E>, F>(self) -> Result<T, Halt<R, F>>;
}

impl<T, E> OrRefuse<T, E> for Result<T, E> {
    fn or_refuse<R: From<E>, F>(self) -> Result<T, Halt<R, F>> {
        self.map_err(|error| Halt::Refused(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq, Error)]
    #[error("no")]
    struct No;

    #[derive(Debug, PartialEq, Eq, Error)]
    #[error("not here")]
    struct NotHere;

    impl From<No> for NotHere {
        fn from(No: No) -> Self {
            Self
        }
    }

    fn fails() -> Result<(), Failure> {
        Err(Failure::internal("broken"))
    }

    #[test]
    fn a_failure_is_lifted_and_stays_what_it_is() {
        fn run() -> Result<(), Halt<No>> {
            fails()?;
            refuse(No)
        }
        let halt = run().refused_as(|No| NotHere).expect_err("it failed");
        assert!(matches!(halt, Halt::Failed(Failure::Internal(_))), "{halt:?}");
        assert!(run().decided().is_err());
    }

    #[test]
    fn a_refusal_becomes_another_where_a_caller_says_so() {
        fn pure() -> Result<(), No> {
            Err(No)
        }
        fn run() -> Result<(), Halt<NotHere>> {
            pure().or_refuse()?;
            Ok(())
        }
        assert_eq!(run().decided().expect("nothing failed"), Err(NotHere));
        assert_eq!(run().expect_err("refused").to_string(), "not here");
    }
}
