//! How messages reach people.

use std::fmt;

/// A way to reach a person: its name, which is also what stores keep. One person has an address for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Channel(&'static str);

impl Channel {
    /// Text messages to a phone.
    pub const SMS: Self = Self("sms");
    /// E-mail.
    pub const EMAIL: Self = Self("email");

    /// A channel of a team's own. `name` is stored with each message: lower-case letters, digits and `_`.
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
