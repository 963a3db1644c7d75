//! Which countries are served.

use std::collections::BTreeSet;
use std::fmt;

use super::plan;
use crate::identifier::Identifier;

/// A region that numbering plans know, in two letters (CLDR, which has those of ISO 3166), such as `CN`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RegionCode(&'static str);

impl RegionCode {
    /// The mainland of China, where bare numbers belong if nothing else is said.
    pub const CHINA: Self = Self("CN");

    /// Finds the region with these two letters, in any case.
    #[must_use]
    pub fn parse(letters: &str) -> Option<Self> {
        plan::region(&letters.trim().to_ascii_uppercase()).map(|region| Self(region.id))
    }

    /// Finds the region of a phone number, whether or not its range is known. `None` for anything else.
    #[must_use]
    pub fn of_number(number: &Identifier) -> Option<Self> {
        let (code, national) = plan::split_code(number.canonical().strip_prefix('+')?)?;
        plan::region_of(code, national).filter(|id| plan::region(id).is_some()).map(Self)
    }

    /// The two letters.
    #[must_use]
    pub fn letters(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What an operator names to say where numbers come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Country {
    /// All that share a calling code, such as 86, or 1 for 25 countries.
    Code(u16),
    /// One of them.
    Region(RegionCode),
}

impl From<u16> for Country {
    fn from(code: u16) -> Self {
        Self::Code(code)
    }
}

/// Countries whose numbers may sign up or be sent messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AllowedCountries {
    /// All countries whose numbering plan is known.
    #[default]
    All,
    /// Only these.
    Only(BTreeSet<Country>),
}

impl AllowedCountries {
    /// Allows only these, by calling code or by region.
    pub fn only(countries: impl IntoIterator<Item = impl Into<Country>>) -> Self {
        Self::Only(countries.into_iter().map(Into::into).collect())
    }

    /// The regions that are allowed, unless all are: then there are none to name.
    #[must_use]
    pub fn regions(&self) -> BTreeSet<RegionCode> {
        let Self::Only(countries) = self else { return BTreeSet::new() };
        let of = |country: &Country| match country {
            Country::Region(region) => vec![*region],
            Country::Code(code) => plan::ids(*code).filter_map(RegionCode::parse).collect(),
        };
        countries.iter().flat_map(of).collect()
    }

    /// Whether numbers of this region, which has this calling code, are allowed.
    pub(super) fn allow(&self, code: u16, region: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(countries) => countries.iter().any(|country| match country {
                Country::Code(allowed) => *allowed == code,
                Country::Region(allowed) => allowed.0 == region,
            }),
        }
    }

    /// Whether this phone number is from an allowed country.
    #[must_use]
    pub fn allow_number(&self, number: &Identifier) -> bool {
        let digits = number.canonical().trim_start_matches('+');
        *self == Self::All
            || plan::split_code(digits).is_some_and(|(code, national)| {
                plan::region_of(code, national).is_some_and(|region| self.allow(code, region))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::{IdentifierScheme as _, PhoneNumberScheme};

    #[test]
    fn countries_are_named_by_calling_code_or_by_region() {
        let region = |letters| Country::Region(RegionCode::parse(letters).expect(letters));
        for (allowed, number, is_allowed) in [
            (Country::Code(1), "+1 4155552671", true),
            (Country::Code(1), "+1 2423591234", true),
            (region("us"), "+1 4155552671", true),
            (region("US"), "+1 2423591234", false),
            (region("US"), "+1 2425990000", false),
            (region("BS"), "+1 2423591234", true),
            (region("CA"), "+1 4165550123", true),
            (region("CA"), "+1 4155552671", false),
            (Country::Code(86), "+1 4155552671", false),
            (region("CN"), "+86 13000000000", true),
        ] {
            let number = PhoneNumberScheme::default().parse(number).expect(number);
            let allowed = AllowedCountries::only([allowed]);
            assert_eq!(allowed.allow_number(&number), is_allowed, "{allowed:?} {}", number.canonical());
        }
    }

    #[test]
    fn what_is_allowed_is_named_by_region() {
        let named =
            |allowed: AllowedCountries| allowed.regions().into_iter().map(RegionCode::letters).collect::<Vec<_>>();
        assert_eq!(named(AllowedCountries::only([86_u16])), ["CN"]);
        assert!(named(AllowedCountries::only([1_u16])).contains(&"BS"));
        assert_eq!(named(AllowedCountries::only([Country::Region(RegionCode::CHINA)])), ["CN"]);
        assert!(named(AllowedCountries::All).is_empty());
    }

    #[test]
    fn a_number_is_of_one_region() {
        for (number, region) in
            [("+86 13000000000", "CN"), ("+1 4155552671", "US"), ("+1 2423591234", "BS"), ("+44 7400123456", "GB")]
        {
            let number = PhoneNumberScheme::default().parse(number).expect(number);
            assert_eq!(RegionCode::of_number(&number).map(RegionCode::letters), Some(region));
        }
        let mail = crate::identifier::EmailScheme.parse("86@example.com").expect("an address");
        assert_eq!(RegionCode::of_number(&mail), None);
    }

    #[test]
    fn regions_are_those_of_the_plan() {
        assert_eq!(RegionCode::parse(" gb ").map(RegionCode::letters), Some("GB"));
        for unknown in ["", "XX", "001", "CHN", "+1", "ｃｎ"] {
            assert_eq!(RegionCode::parse(unknown), None, "{unknown}");
        }
    }
}
