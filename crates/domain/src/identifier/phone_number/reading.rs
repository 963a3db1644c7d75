//! Which number is meant.

use super::plan::{self, Found, Region};
use super::range::MobileRange;
use super::written::{Fault, MAX_DIGITS, Written};

/// A number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) code: u16,
    /// Without the calling code and without a trunk prefix.
    pub(super) national: String,
    pub(super) found: Found,
}

impl Number {
    /// `+` and all digits.
    pub(super) fn e164(&self) -> String {
        format!("+{}{}", self.code, self.national)
    }
}

/// What a number may be.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    /// Where numbers without a country code belong.
    pub(super) home: Option<&'static Region>,
    /// Mobile numbers that the plan does not know.
    pub(super) ranges: &'a [MobileRange],
}

/// How sure it is that there is such a number: only as sure as one must be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sureness {
    /// The plan knows it, or the operator does.
    Known,
    /// It may be newer than the plan.
    Newer,
}

impl Reader<'_> {
    /// Reads a number as it was written, if it can only mean one.
    pub(super) fn read(&self, raw: &str) -> Result<Number, Fault> {
        let written = Written::read(raw)?;
        if written.plus { self.abroad(&written.digits) } else { self.without_plus(&written.digits) }
    }

    /// Finds out what a number is for.
    pub(super) fn find(&self, code: u16, national: &str) -> Option<Found> {
        let sure = |sureness| self.found(code, national, sureness);
        sure(Sureness::Known).or_else(|| sure(Sureness::Newer))
    }

    fn found(&self, code: u16, national: &str, sureness: Sureness) -> Option<Found> {
        match sureness {
            _ if code.to_string().len() + national.len() > MAX_DIGITS => None,
            Sureness::Known => {
                let by_operator = self.ranges.iter().find_map(|range| range.find(code, national));
                by_operator.or_else(|| plan::known(code, national))
            }
            Sureness::Newer => plan::newer(code, national),
        }
    }

    /// Reads what follows a plus sign. The number as it stands comes before one with a trunk zero.
    fn abroad(&self, digits: &str) -> Result<Number, Fault> {
        let (code, national) = plan::split_code(digits).ok_or(Fault::UnknownCountry)?;
        let bare = plan::main_region(code).and_then(|region| region.without_trunk(national));
        let forms: Vec<&str> = [Some(national), bare.as_deref()].into_iter().flatten().collect();
        let number = |national: &str, sureness| {
            let found = self.found(code, national, sureness)?;
            Some(Number { code, national: national.to_owned(), found })
        };
        let sure = |sureness| forms.iter().find_map(|national| number(national, sureness));
        let found = sure(Sureness::Known).or_else(|| sure(Sureness::Newer));
        found.ok_or_else(|| missing(plan::main_region(code), &forms))
    }

    /// Reads a number as it is dialled at home.
    fn without_plus(&self, digits: &str) -> Result<Number, Fault> {
        // Some regions' own prefixes begin like the usual one: 001 in Hong Kong, 0011 in Australia.
        let own = self.home.and_then(|home| home.after_international_prefix(digits));
        let foreign = [digits.strip_prefix("00"), own].into_iter().flatten();
        let abroad: Vec<Result<Number, Fault>> = foreign.map(|digits| self.abroad(digits)).collect();
        let Some(home) = self.home else { return abroad.into_iter().next().unwrap_or(Err(Fault::NoCountry)) };
        let bare = home.without_trunk(digits);
        let with_code = digits.strip_prefix(&home.code.to_string());
        let forms: Vec<&str> = [Some(digits), bare.as_deref(), with_code].into_iter().flatten().collect();
        for sureness in [Sureness::Known, Sureness::Newer] {
            let at_home = forms.iter().filter_map(|national| {
                let found = self.found(home.code, national, sureness)?;
                Some(Number { code: home.code, national: (*national).to_owned(), found })
            });
            let at_home: Vec<Number> = at_home.collect();
            // If the digits are also a number at home, such as a free number of Japan's that begins with 00, even a
            // foreign number too new for the plan makes them ambiguous.
            let counts = |number: &&Number| !at_home.is_empty() || self.is(number, sureness);
            let foreign: Vec<Number> = abroad.iter().flatten().filter(counts).cloned().collect();
            let mut numbers: Vec<Number> = Vec::new();
            for number in at_home.into_iter().chain(foreign) {
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
            if numbers.len() > 1 {
                return Err(Fault::Ambiguous);
            }
            if let Some(number) = numbers.pop() {
                return Ok(number);
            }
        }
        abroad.into_iter().next().unwrap_or_else(|| Err(missing(Some(home), &forms)))
    }

    fn is(&self, number: &Number, sureness: Sureness) -> bool {
        self.found(number.code, &number.national, sureness).is_some()
    }
}

/// Why there is no such number in a region.
fn missing(region: Option<&Region>, forms: &[&str]) -> Fault {
    let lengths = region.map_or(&[][..], Region::lengths);
    if forms.iter().any(|form| lengths.contains(&form.len())) { Fault::Unused } else { Fault::Length }
}
