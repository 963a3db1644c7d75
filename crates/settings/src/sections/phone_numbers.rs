//! `[phone_numbers]`

use auth_domain::identifier::AllowedCountries;
use serde::{Deserialize, Deserializer};

use crate::values::{Given, Setting, read};

/// Which phone numbers may sign up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneNumberSettings {
    /// Where numbers may come from.
    #[serde(deserialize_with = "countries")]
    pub countries: AllowedCountries,
}

pub(super) struct CallingCode(pub(super) u16);

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

fn countries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AllowedCountries, D::Error> {
    let codes = read::list::<CallingCode, D>(deserializer)?;
    if codes.is_empty() {
        return Ok(AllowedCountries::All);
    }
    Ok(AllowedCountries::Only(codes.into_iter().map(|CallingCode(code)| code).collect()))
}
