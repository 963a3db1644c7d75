//! Where telephone numbers belong.

use auth_domain::identifier::{Country, MobileRange, RegionCode};

use super::{Given, Setting};

impl Setting for Country {
    fn from_given(given: &Given) -> Result<Self, String> {
        let code = match given {
            Given::Whole(code) => u16::try_from(*code).ok(),
            Given::Text(text) => text.trim().trim_start_matches('+').parse().ok(),
            _ => None,
        };
        // E.164 gives calling codes one to three digits.
        let code = code.filter(|code| (1..=999).contains(code)).map(Self::Code);
        let region = || match given {
            Given::Text(text) => RegionCode::parse(text).map(Self::Region),
            _ => None,
        };
        code.or_else(region).ok_or_else(|| {
            format!("must hold calling codes from 1 to 999, such as 86, or regions, such as CN, not {given}")
        })
    }
}

impl Setting for RegionCode {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse("a region of two letters, such as CN", Self::parse)
    }
}

impl Setting for MobileRange {
    fn from_given(given: &Given) -> Result<Self, String> {
        given.parse(
            "a number with + and its country code, three digits or more, and an x for each that may be any, such as \
             +86 1610xxxxxxx",
            Self::parse,
        )
    }
}
