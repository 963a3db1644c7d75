//! An error with its causes on one line: for logs and for operators, never for clients.

use std::error::Error;
use std::fmt;

/// Shows an error, its cause, the cause's cause, and so on.
pub struct ErrorChain<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            // A transparent error has the same text as its cause.
            let next = error.to_string();
            if next != said {
                write!(f, ": {next}")?;
                said = next;
            }
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use thiserror::Error;

    use super::*;

    #[derive(Debug, Error)]
    #[error("outer")]
    struct Outer(#[source] Middle);

    #[derive(Debug, Error)]
    #[error(transparent)]
    struct Middle(std::fmt::Error);

    #[test]
    fn each_cause_is_stated_once() {
        let cause = std::fmt::Error.to_string();
        assert_eq!(ErrorChain(&Outer(Middle(std::fmt::Error))).to_string(), format!("outer: {cause}"));
        assert_eq!(ErrorChain(&std::fmt::Error).to_string(), cause);
    }
}
