//! `[sms]`

use std::collections::BTreeSet;

use auth_domain::identifier::AllowedCountries;
use serde::{Deserialize, Deserializer};

use crate::Danger;
use crate::values::{CallingCode, Given, Setting, read};

/// The `kind` that sends none.
const NO_VENDOR: &str = "none";

/// Text messages. Each vendor has a section of its own in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsSettings {
    /// The vendor's name. Whether there is such a vendor is known where vendors are registered.
    #[serde(deserialize_with = "read::value")]
    pub kind: String,
    /// Where they may go.
    #[serde(deserialize_with = "countries")]
    pub countries: AllowedCountries,
    #[serde(deserialize_with = "read::value")]
    allow_every_country: bool,
}

impl SmsSettings {
    pub(crate) fn dangers(&self) -> Vec<Danger> {
        if self.kind == NO_VENDOR || self.countries != AllowedCountries::All {
            return Vec::new();
        }
        let risk = "is *, so that strangers can cause messages to numbers that earn money by them";
        vec![Danger::at("countries", risk, "allow_every_country", self.allow_every_country)]
    }

    /// Whether they may go anywhere.
    #[must_use]
    pub fn has_countries(&self) -> bool {
        self.countries != AllowedCountries::Only(BTreeSet::new())
    }
}

enum Country {
    Every,
    Code(CallingCode),
}

impl Setting for Country {
    fn from_given(given: &Given) -> Result<Self, String> {
        match given {
            Given::Text(text) if text.trim() == "*" => Ok(Self::Every),
            _ => CallingCode::from_given(given).map(Self::Code),
        }
    }
}

fn countries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AllowedCountries, D::Error> {
    let mut codes = BTreeSet::new();
    for country in read::list::<Country, D>(deserializer)? {
        match country {
            Country::Every => return Ok(AllowedCountries::All),
            Country::Code(code) => drop(codes.insert(code.get())),
        }
    }
    Ok(AllowedCountries::Only(codes))
}
