//! Telephone numbers: E.164 internally, `+86 13000000000` externally.

use std::collections::BTreeSet;

use super::{AddressGroup, Identifier, IdentifierError, IdentifierKind, IdentifierScheme};
use crate::messages::Channel;

/// The most digits of a number: E.164, 6.1.
const MAX_DIGITS: usize = 15;
/// The length of a mainland Chinese mobile number without its prefix; the hosted service's clients send it like this.
const BARE_MAINLAND_DIGITS: usize = 11;

/// The last digits in which neighbours may differ: numbers are rented out in blocks of a hundred or more.
const DIGITS_OF_NEIGHBOURS: usize = 2;

/// Countries whose numbers may sign up, by calling code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AllowedCountries {
    /// All countries whose numbering plan the library knows.
    #[default]
    All,
    /// Only these calling codes, such as 86.
    Only(BTreeSet<u16>),
}

impl AllowedCountries {
    /// Whether numbers with this calling code are allowed.
    #[must_use]
    pub fn allow(&self, calling_code: u16) -> bool {
        match self {
            Self::All => true,
            Self::Only(codes) => codes.contains(&calling_code),
        }
    }

    /// Whether this phone number is from an allowed country.
    #[must_use]
    pub fn allow_number(&self, number: &Identifier) -> bool {
        calling_code(number).parse().is_ok_and(|code| self.allow(code))
    }
}

/// Numbers of the countries that the operator allows.
#[derive(Debug, Clone, Default)]
pub struct PhoneNumberScheme {
    /// Where numbers may come from.
    pub countries: AllowedCountries,
}

impl IdentifierScheme for PhoneNumberScheme {
    fn kind(&self) -> IdentifierKind {
        IdentifierKind::PHONE_NUMBER
    }

    fn parse(&self, raw: &str) -> Result<Identifier, IdentifierError> {
        let compact = compact(raw.trim()).ok_or_else(refused)?;
        let number = phonenumber::parse(None, &compact).map_err(|_| refused())?;
        let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
        // The library would drop a trunk zero; a number must not be accepted in two spellings.
        if !number.is_valid() || e164 != compact {
            return Err(refused());
        }
        let code = number.code().value();
        if !self.countries.allow(code) {
            return Err(IdentifierError::new(
                IdentifierKind::PHONE_NUMBER,
                "is from a country that is not served here",
            ));
        }
        let national = &e164[1 + code.to_string().len()..];
        let shown = format!("+{code} {national}");
        Ok(Identifier::from_parts(IdentifierKind::PHONE_NUMBER, e164, shown))
    }

    fn channel(&self) -> Option<Channel> {
        Some(Channel::SMS)
    }

    fn groups(&self, of: &Identifier) -> Vec<AddressGroup> {
        let digits = of.canonical();
        let block = &digits[..digits.len().saturating_sub(DIGITS_OF_NEIGHBOURS)];
        vec![AddressGroup::Neighbours(block.to_owned()), AddressGroup::Country(calling_code(of).to_owned())]
    }

    /// Loads the numbering plans: about 90 ms, once.
    fn warm_up(&self) {
        let _ = self.parse("+86 13000000000");
    }
}

fn calling_code(number: &Identifier) -> &str {
    number.shown().trim_start_matches('+').split(' ').next().unwrap_or_default()
}

fn refused() -> IdentifierError {
    IdentifierError::new(
        IdentifierKind::PHONE_NUMBER,
        "must be a valid number with its country code, such as +86 13000000000",
    )
}

/// `+` and the digits, with the one permitted space removed. The space may be anywhere among the
/// digits, because clients split after two digits whatever the country (`+14 155550123`).
fn compact(raw: &str) -> Option<String> {
    if raw.len() == BARE_MAINLAND_DIGITS && raw.starts_with('1') && raw.bytes().all(|b| b.is_ascii_digit()) {
        return Some(format!("+86{raw}"));
    }
    let rest = raw.strip_prefix('+')?;
    let digits: String = rest.chars().filter(|c| *c != ' ').collect();
    let spaces = rest.len().checked_sub(digits.len())?;
    let fits = (3..=MAX_DIGITS).contains(&digits.len()) && spaces <= 1 && !rest.starts_with(' ');
    let well_formed = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    (fits && well_formed).then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scheme() -> PhoneNumberScheme {
        PhoneNumberScheme::default()
    }

    #[test]
    fn accepts_the_forms_that_clients_send() {
        for (raw, canonical, shown) in [
            ("+86 13000000000", "+8613000000000", "+86 13000000000"),
            ("+8613000000000", "+8613000000000", "+86 13000000000"),
            ("13000000000", "+8613000000000", "+86 13000000000"),
            ("+14 155550123", "+14155550123", "+1 4155550123"),
            ("+44 7911123456", "+447911123456", "+44 7911123456"),
            ("+39 0612345678", "+390612345678", "+39 0612345678"),
        ] {
            let phone = scheme().parse(raw).unwrap_or_else(|e| panic!("{raw}: {e}"));
            assert_eq!((phone.canonical(), phone.shown()), (canonical, shown), "{raw}");
        }
    }

    #[test]
    fn refuses() {
        for raw in [
            "",
            "+",
            "+86",
            "+86 130",
            "+86 +8613000000000",
            "008613000000000",
            "+86  13000000000",
            "+86-13000000000",
            "+86 1300 0000000",
            "tel:+8613000000000",
            "+86 13000000000;ext=5",
            "+86 13000000000 x5",
            "+８６13000000000",
            "+44 07911123456",
            "+999 123456789",
            "+86\t13000000000",
            "+0 13000000000",
            "+86 130000000001",
            "23000000000",
            "+86 13000000000000000000",
            "+4936416000064000",
            "\0",
            "+8613000000000\0",
        ] {
            assert!(scheme().parse(raw).is_err(), "{raw:?} was accepted");
        }
    }

    #[test]
    fn numbers_belong_to_a_block_and_a_country() {
        let groups = |raw| {
            let number = scheme().parse(raw).expect(raw);
            scheme().groups(&number)
        };
        for (raw, block, country) in [
            ("+86 13000000042", "+86130000000", "86"),
            ("+14155550123", "+141555501", "1"),
            ("+447911123456", "+4479111234", "44"),
        ] {
            let expected = [AddressGroup::Neighbours(block.into()), AddressGroup::Country(country.into())];
            assert_eq!(groups(raw), expected, "{raw}");
        }
    }

    #[test]
    fn refuses_countries_that_are_not_allowed() {
        let only_china = PhoneNumberScheme { countries: AllowedCountries::Only([86].into()) };
        assert!(only_china.parse("+86 13000000000").is_ok());
        assert!(only_china.parse("+44 7911123456").is_err());
    }

    proptest! {
        #[test]
        fn never_panics_and_is_idempotent(raw in "\\+?[0-9 ]{0,20}|\\PC{0,30}") {
            if let Ok(phone) = scheme().parse(&raw) {
                for form in [phone.canonical(), phone.shown()] {
                    let again = scheme().parse(form)?;
                    prop_assert_eq!(again.canonical(), phone.canonical());
                }
            }
        }
    }
}
