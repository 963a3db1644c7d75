//! How messages reach people.

use std::fmt;

/// A way to reach a person, identified by a name, which is also what stores keep. A person has one address per
/// channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Channel(&'static str);

impl Channel {
    /// Text messages to a phone.
    pub const SMS: Self = Self("sms");
    /// E-mail.
    pub const EMAIL: Self = Self("email");

    /// A channel of a team's own. `name` is stored with each message and consists of lower-case letters, digits and
    /// `_`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
