//! `[sms]`

use std::collections::BTreeSet;

use auth_domain::identifier::{AllowedCountries, Country};
use serde::{Deserialize, Deserializer};

use crate::Danger;
use crate::values::{Given, Setting, read};

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

enum Allowed {
    Every,
    One(Country),
}

impl Setting for Allowed {
    fn from_given(given: &Given) -> Result<Self, String> {
        match given {
            Given::Text(text) if text.trim() == "*" => Ok(Self::Every),
            _ => Country::from_given(given).map(Self::One),
        }
    }
}

fn countries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AllowedCountries, D::Error> {
    let mut countries = BTreeSet::new();
    for country in read::list::<Allowed, D>(deserializer)? {
        match country {
            Allowed::Every => return Ok(AllowedCountries::All),
            Allowed::One(country) => drop(countries.insert(country)),
        }
    }
    Ok(AllowedCountries::Only(countries))
}
