//! The motto that a user puts on the badge: what it may be, and where it is kept.

use async_trait::async_trait;
use auth_domain::accounts::UserId;
use auth_ports::Failure;
use thiserror::Error;

/// Longest motto, in characters.
const LONGEST: usize = 40;

/// A line to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motto(String);

/// Why a text is no motto. The text is for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("motto must be one line of 1 to {LONGEST} characters")]
pub struct NoMotto;

impl Motto {
    /// Reads one line of 1 to 40 characters; blanks around it do not count.
    ///
    /// # Errors
    /// [`NoMotto`].
    pub fn parse(raw: &str) -> Result<Self, NoMotto> {
        let text = raw.trim();
        let is_line = !text.chars().any(char::is_control) && (1..=LONGEST).contains(&text.chars().count());
        is_line.then(|| Self(text.to_owned())).ok_or(NoMotto)
    }

    /// The line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Keeps mottos: the port of the use cases. A motto goes with its user's account.
#[async_trait]
pub trait Mottos: Send + Sync {
    /// The user's motto.
    async fn find(&self, user: UserId) -> Result<Option<Motto>, Failure>;

    /// Puts the motto in place of another.
    async fn set(&self, user: UserId, motto: Motto) -> Result<(), Failure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_motto_is_one_short_line() {
        for (raw, motto) in [
            ("Onwards", Some("Onwards")),
            (" 前へ ", Some("前へ")),
            ("", None),
            ("  ", None),
            ("two\nlines", None),
            ("a\0b", None),
            (&"a".repeat(41), None),
        ] {
            assert_eq!(Motto::parse(raw).ok().as_ref().map(Motto::as_str), motto, "{raw:?}");
        }
    }
}
