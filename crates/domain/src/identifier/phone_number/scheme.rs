//! The rules for phone numbers.

use super::countries::{AllowedCountries, RegionCode};
use super::plan;
use super::range::MobileRange;
use super::reading::{Number, Reader};
use super::written::{MAX_DIGITS, Written};
use crate::identifier::{AddressGroup, Identifier, IdentifierError, IdentifierKind, IdentifierScheme};
use crate::messages::Channel;

/// The fewest digits of a number that belongs to somebody: the shortest in use, with its country code.
const MIN_DIGITS: usize = 5;

/// The last digits in which neighbours may differ: numbers are rented out in blocks of a hundred or more.
const DIGITS_OF_NEIGHBOURS: usize = 2;

/// Numbers of the countries that the operator allows.
#[derive(Debug, Clone)]
pub struct PhoneNumberScheme {
    /// Where numbers may come from.
    pub countries: AllowedCountries,
    /// Where numbers belong that are written without a country code. `None`: they are refused.
    pub default_region: Option<RegionCode>,
    /// Mobile numbers that the plan does not know.
    pub mobile_ranges: Vec<MobileRange>,
}

impl Default for PhoneNumberScheme {
    fn default() -> Self {
        Self { countries: AllowedCountries::All, default_region: Some(RegionCode::CHINA), mobile_ranges: Vec::new() }
    }
}

impl PhoneNumberScheme {
    fn reader(&self) -> Reader<'_> {
        let home = self.default_region.and_then(|region| plan::region(region.letters()));
        Reader { home, ranges: &self.mobile_ranges }
    }
}

impl IdentifierScheme for PhoneNumberScheme {
    fn kind(&self) -> IdentifierKind {
        IdentifierKind::PHONE_NUMBER
    }

    /// Numbers that cost those who reach them extra, and those of satellites, are refused.
    fn parse(&self, raw: &str) -> Result<Identifier, IdentifierError> {
        let number = self.reader().read(raw).map_err(|fault| refused(fault.reason()))?;
        if let Some(costly) = number.found.kind.costly() {
            return Err(refused(format!("must belong to a person: this is {costly}")));
        }
        if !self.countries.allow(number.code, number.found.region) {
            return Err(refused("is from a country that is not served here"));
        }
        Ok(identifier(&number))
    }

    /// Reads numbers of every kind and country, and those that earlier versions accepted: who has one signs in with it.
    fn recognise(&self, raw: &str) -> Option<Identifier> {
        let read = self.reader().read(raw).ok().map(|number| identifier(&number));
        read.or_else(|| in_full(&Written::read(raw).ok()?))
    }

    /// Digits without a plus sign may be those of a number at home, or begin with a country code.
    fn beginnings(&self, raw: &str) -> Vec<String> {
        let Ok(Written { plus, digits }) = Written::read(raw) else { return Vec::new() };
        if plus {
            return vec![format!("+{digits}")];
        }
        let home = self.reader().home.map(|region| format!("+{}{}", region.code, digits.trim_start_matches('0')));
        let abroad = format!("+{}", digits.strip_prefix("00").unwrap_or(&digits));
        [Some(abroad), home].into_iter().flatten().collect()
    }

    fn channel(&self) -> Option<Channel> {
        Some(Channel::SMS)
    }

    /// Text messages go only to numbers that can be mobile.
    fn check_reachable(&self, identifier: &Identifier) -> Result<(), IdentifierError> {
        let digits = identifier.canonical().trim_start_matches('+');
        let found = plan::split_code(digits).and_then(|(code, national)| self.reader().find(code, national));
        match found {
            Some(found) if found.kind.can_be_mobile() => Ok(()),
            _ => Err(refused("must be a mobile number, because codes are sent by text message")),
        }
    }

    fn groups(&self, of: &Identifier) -> Vec<AddressGroup> {
        let digits = of.canonical();
        let block = &digits[..digits.len().saturating_sub(DIGITS_OF_NEIGHBOURS)];
        vec![AddressGroup::Neighbours(block.to_owned()), AddressGroup::Country(calling_code(of).to_owned())]
    }

    fn warm_up(&self) {
        plan::warm_up(86, "13000000000");
    }
}

fn calling_code(number: &Identifier) -> &str {
    number.shown().trim_start_matches('+').split(' ').next().unwrap_or_default()
}

fn refused(reason: impl Into<String>) -> IdentifierError {
    IdentifierError::new(IdentifierKind::PHONE_NUMBER, reason)
}

fn identifier(number: &Number) -> Identifier {
    let shown = format!("+{} {}", number.code, number.national);
    Identifier::from_parts(IdentifierKind::PHONE_NUMBER, number.e164(), shown)
}

/// A number with its country code, whether it exists or not.
fn in_full(written: &Written) -> Option<Identifier> {
    let digits = &written.digits;
    let (code, national) = plan::split_code(digits)?;
    let is_full = written.plus && (MIN_DIGITS..=MAX_DIGITS).contains(&digits.len());
    is_full.then(|| {
        Identifier::from_parts(IdentifierKind::PHONE_NUMBER, format!("+{digits}"), format!("+{code} {national}"))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scheme() -> PhoneNumberScheme {
        PhoneNumberScheme::default()
    }

    #[test]
    fn what_numbers_begin_with() {
        for (raw, expected) in [
            ("+86 139", &["+86139"][..]),
            (" 139-00", &["+13900", "+8613900"]),
            ("0044 20", &["+4420", "+864420"]),
            ("ann", &[]),
            ("１３９", &["+139", "+86139"]),
            ("\u{202A}＋８６\u{A0}139\u{202C}", &["+86139"]),
            ("\u{FEFF}\u{200E}139\u{2060}\u{3000}0\u{2011}0", &["+13900", "+8613900"]),
            ("139a", &[]),
            ("+", &[]),
            ("", &[]),
        ] {
            assert_eq!(scheme().beginnings(raw), expected, "{raw:?}");
        }
    }

    fn at_home_in(region: &str) -> PhoneNumberScheme {
        PhoneNumberScheme { default_region: RegionCode::parse(region), ..scheme() }
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
    fn accepts_what_people_type_and_paste() {
        for (raw, canonical) in [
            ("+44 7911 123456", "+447911123456"),
            ("+44 (0)7911 123456", "+447911123456"),
            ("(+44) 7911-123456", "+447911123456"),
            ("+44 07911123456", "+447911123456"),
            ("+1 415-555-2671", "+14155552671"),
            ("+1 (415) 555-2671", "+14155552671"),
            ("+1.415.555.2671", "+14155552671"),
            ("001 415 555 2671", "+14155552671"),
            ("+86 130 0000 0007", "+8613000000007"),
            ("+86-130-0000-0007", "+8613000000007"),
            ("008613000000007", "+8613000000007"),
            ("0086 130 0000 0007", "+8613000000007"),
            ("8613000000007", "+8613000000007"),
            ("130 0000 0007", "+8613000000007"),
            ("130-0000-0007", "+8613000000007"),
            ("013000000007", "+8613000000007"),
            ("＋８６ １３００００００００７", "+8613000000007"),
            ("１３００００００００７", "+8613000000007"),
            ("+86（130）0000－0007", "+8613000000007"),
            ("\u{202D}+86 130 0000 0007\u{202C}", "+8613000000007"),
            ("\u{2068}+86\u{A0}130\u{2011}0000\u{2011}0007\u{2069}", "+8613000000007"),
            ("\u{FEFF}13000000007\u{200B}", "+8613000000007"),
            ("+20 ١٠٠ ١٢٣ ٤٥٦٧", "+201001234567"),
            ("+39 06 1234 5678", "+390612345678"),
            ("+7 912 345-67-89", "+79123456789"),
            ("+86 161 0000 0000", "+8616100000000"),
        ] {
            let phone = scheme().parse(raw).unwrap_or_else(|e| panic!("{raw}: {e}"));
            assert_eq!(phone.canonical(), canonical, "{raw}");
        }
    }

    #[test]
    fn numbers_without_a_country_code_belong_to_the_default_region() {
        for (region, raw, canonical) in [
            ("GB", "07911 123456", Some("+447911123456")),
            ("GB", "7911123456", Some("+447911123456")),
            ("GB", "00 86 130 0000 0007", Some("+8613000000007")),
            ("GB", "13000000007", None),
            ("US", "(415) 555-2671", Some("+14155552671")),
            ("US", "1-415-555-2671", Some("+14155552671")),
            ("US", "011 44 7911 123456", Some("+447911123456")),
            ("BS", "359 1234", Some("+12423591234")),
            ("IT", "06 1234 5678", Some("+390612345678")),
            ("RU", "8 912 345-67-89", Some("+79123456789")),
            ("JP", "010 44 7911 123456", Some("+447911123456")),
            ("HK", "001 86 130 0000 0007", Some("+8613000000007")),
            ("HK", "00 86 130 0000 0007", Some("+8613000000007")),
            ("SG", "001 86 130 0000 0007", Some("+8613000000007")),
            ("AU", "0011 86 130 0000 0007", Some("+8613000000007")),
            ("KR", "00700 86 130 0000 0007", Some("+8613000000007")),
            ("BR", "0021 44 7911 123456", Some("+447911123456")),
            ("JP", "00 377 6000 0000", None), // a free number there, and one abroad that may be new
        ] {
            let read = at_home_in(region).parse(raw).ok();
            assert_eq!(read.as_ref().map(Identifier::canonical), canonical, "{raw} in {region}");
        }
        let nowhere = PhoneNumberScheme { default_region: None, ..scheme() };
        assert!(nowhere.parse("+86 13000000000").is_ok() && nowhere.parse("008613000000000").is_ok());
        let refusal = nowhere.parse("13000000000").expect_err("of no country");
        assert!(refusal.reason.contains("country code"), "{refusal}");
    }

    #[test]
    fn refuses_and_says_why() {
        for (raw, why) in [
            ("", "may have digits"),
            ("+", "may have digits"),
            ("+86", "digits for its country"),
            ("+86 130", "digits for its country"),
            ("+86 +8613000000000", "one +"),
            ("++8613000000000", "one +"),
            ("86+13000000000", "one +"),
            ("tel:+8613000000000", "no letters"),
            ("+86 13000000000;ext=5", "no extensions"),
            ("+86 13000000000 x5", "no letters"),
            ("+86 13000000000#5", "no extensions"),
            ("+1 415 555 CATS", "no letters"),
            ("+999 123456789", "does not exist"),
            ("+0 13000000000", "does not exist"),
            ("+86\t13000000000", "may have digits"),
            ("+86 130000000001", "of its country"),
            ("23000000000", "of its country"),
            ("+86 13000000000000000000", "more digits"),
            ("+4936416000064000", "of its country"),
            ("+972 33142764978", "of its country"),
            ("\0", "may have digits"),
            ("+8613000000000\0", "may have digits"),
            ("+1 900 234 5678", "premium-rate"),
            ("+979 123456789", "international service"),
            ("+881 612345678", "satellite"),
            ("+870 773111632", "satellite"),
            ("+883 510012345", "satellite"),
            ("+44 70 1234 5678", "personal"),
            ("+44 76 4012 3456", "pager"),
            ("+1 900 123 4567", "of its country"),
        ] {
            let refusal = scheme().parse(raw).expect_err(raw).to_string();
            assert!(refusal.contains(why), "{raw}: {refusal}");
        }
    }

    #[test]
    fn numbers_that_are_newer_than_the_plan_count_as_mobile() {
        for (raw, is_read) in [
            ("+86 16900000000", true),
            ("+86 1690000000", false),
            ("+86 26900000000", false),
            ("+86 16012345678", false),
            ("+44 7999999999", true),
            ("+1 999 555 0100", true),
            ("+1 199 555 0100", false),
        ] {
            let number = scheme().parse(raw);
            assert_eq!(number.is_ok(), is_read, "{raw}");
            assert!(number.is_err() || number.is_ok_and(|number| scheme().check_reachable(&number).is_ok()), "{raw}");
        }
    }

    #[test]
    fn operators_add_ranges() {
        let raw = "+229 88 12 34 56";
        assert!(scheme().parse(raw).is_err(), "else there is nothing to add");
        let range = MobileRange::parse("+229 88xxxxxx");
        assert!(range.is_none(), "two digits say too little");
        let ranges = vec![MobileRange::parse("+229 881xxxxx").expect("a range")];
        let extended = PhoneNumberScheme { mobile_ranges: ranges, ..scheme() };
        let number = extended.parse(raw).expect("in the range");
        assert_eq!(number.shown(), "+229 88123456");
        assert!(extended.check_reachable(&number).is_ok());
    }

    #[test]
    fn messages_go_to_numbers_that_can_be_mobile() {
        for (raw, is_reachable) in [
            ("+86 13000000000", true),
            ("+1 4155552671", true),
            ("+44 7911123456", true),
            ("+39 0612345678", false),
            ("+86 10 6552 9988", false),
            ("+1 800 234 5678", false),
            ("+44 56 1234 5678", false),
        ] {
            let number = scheme().parse(raw).unwrap_or_else(|e| panic!("{raw}: {e}"));
            assert_eq!(scheme().check_reachable(&number).is_ok(), is_reachable, "{raw}");
        }
    }

    #[test]
    fn whoever_has_a_number_is_recognised_by_it() {
        let only_china = PhoneNumberScheme { countries: AllowedCountries::only([86]), ..scheme() };
        for (raw, canonical) in [
            ("+1 900 234 5678", Some("+19002345678")),
            ("+972 33142764978", Some("+97233142764978")),
            ("+86 130 0000 0000", Some("+8613000000000")),
            ("Annabella", None),
            ("+999 123456789", None),
            ("130000000001", None),
        ] {
            let recognised = only_china.recognise(raw);
            assert_eq!(recognised.as_ref().map(Identifier::canonical), canonical, "{raw}");
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
        let only_china = PhoneNumberScheme { countries: AllowedCountries::only([86]), ..scheme() };
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

        #[test]
        fn what_stands_between_the_digits_makes_no_other_number(
            digits in "\\+[1-9][0-9]{5,14}",
            marks in proptest::collection::vec("[ \u{A0}\u{3000}./()\u{200E}\u{202C}\u{FEFF}\u{2010}-\u{2015}-]{0,2}", 16),
        ) {
            let spread: String = digits.chars().zip(&marks).flat_map(|(digit, mark)| [digit.to_string(), mark.clone()]).collect();
            prop_assert_eq!(scheme().parse(&spread), scheme().parse(&digits));
        }

        #[test]
        fn a_number_in_full_is_the_same_whatever_the_default_region(
            digits in "\\+[1-9][0-9]{5,14}",
            region in "CN|US|GB|IT|AR|MX|BS|BY|RU|JP",
        ) {
            let read = scheme().parse(&digits);
            prop_assert_eq!(&at_home_in(&region).parse(&digits), &read);
            if let Ok(number) = read {
                let exit = digits.replacen('+', "00", 1);
                let abroad = at_home_in(&region).parse(&exit).ok();
                prop_assert!(abroad.is_none_or(|abroad| abroad == number), "{} in {}", exit, region);
            }
        }
    }
}
