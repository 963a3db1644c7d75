//! Where telephone numbers belong.

use super::{Given, Setting};

/// The calling code of a country or of several (E.164): 1 to 999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallingCode(u16);

impl CallingCode {
    /// The code, such as 86.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl Setting for CallingCode {
    fn from_given(given: &Given) -> Result<Self, String> {
        let code = match given {
            Given::Whole(code) => u16::try_from(*code).ok(),
            Given::Text(text) => text.trim().trim_start_matches('+').parse().ok(),
            _ => None,
        };
        // E.164 gives calling codes one to three digits.
        let code = code.filter(|code| (1..=999).contains(code));
        code.map(Self).ok_or_else(|| format!("must hold calling codes from 1 to 999, such as 86, not {given}"))
    }
}
