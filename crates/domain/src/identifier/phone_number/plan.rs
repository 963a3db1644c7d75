//! The numbering plans of all countries.
//!
//! `numbering_plan.txt` holds what Google's libphonenumber (Apache-2.0) knows of them, one region a line;
//! `just numbering-plan` writes it again and says what its fields are.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::pattern::Pattern;

static TEXT: &str = include_str!("numbering_plan.txt");

static PLAN: LazyLock<Plan> = LazyLock::new(|| Plan::read(TEXT));

/// The region of numbers that belong to no country.
const NOWHERE: &str = "001";

/// What a number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Premium,
    TollFree,
    SharedCost,
    Voip,
    Personal,
    Pager,
    Uan,
    Voicemail,
    Fixed,
    Mobile,
    /// The number alone does not tell.
    FixedOrMobile,
    /// Satellites and other numbers of no country.
    Global,
}

impl Kind {
    /// The kinds in the order of the plan's columns. A number that fits several patterns is of the first kind.
    const COLUMNS: [Self; 10] = [
        Self::Premium,
        Self::TollFree,
        Self::SharedCost,
        Self::Voip,
        Self::Personal,
        Self::Pager,
        Self::Uan,
        Self::Voicemail,
        Self::Fixed,
        Self::Mobile,
    ];

    /// Whether a text message may arrive there.
    pub(super) fn can_be_mobile(self) -> bool {
        matches!(self, Self::Mobile | Self::FixedOrMobile)
    }

    /// What such numbers are called, if no person can be reached there at an ordinary cost.
    pub(super) fn costly(self) -> Option<&'static str> {
        match self {
            Self::Premium => Some("a premium-rate number"),
            Self::SharedCost => Some("a shared-cost number"),
            Self::Personal => Some("a personal number, which is charged to callers"),
            Self::Pager => Some("a pager"),
            Self::Uan => Some("a company number"),
            Self::Voicemail => Some("a voicemail access number"),
            Self::Global => Some("a satellite or international service number"),
            Self::TollFree | Self::Voip | Self::Fixed | Self::Mobile | Self::FixedOrMobile => None,
        }
    }
}

/// The numbers of one kind.
struct Numbers {
    lengths: Box<[usize]>,
    pattern: Pattern,
}

impl Numbers {
    fn read(field: &'static str) -> Option<Self> {
        let (lengths, pattern) = field.split_once(':')?;
        let lengths = lengths.split(',').filter_map(|length| length.parse().ok()).collect();
        Some(Self { lengths, pattern: Pattern::new(pattern)? })
    }

    fn contain(&self, national: &str) -> bool {
        self.lengths.contains(&national.len()) && self.pattern.matches(national)
    }
}

/// One country, or a part of one that has rules of its own.
pub(super) struct Region {
    /// Two letters (CLDR), or `001`.
    pub(super) id: &'static str,
    /// The calling code.
    pub(super) code: u16,
    international_prefix: Option<Pattern>,
    trunk: Option<Pattern>,
    trunk_rule: &'static str,
    leading: Option<Pattern>,
    /// Prefixes of three digits that only costly kinds have.
    costly: Box<[&'static str]>,
    general: Option<Numbers>,
    kinds: Box<[(Kind, Numbers)]>,
    mobile_starts: [bool; 10],
}

impl Region {
    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let mut next = || fields.next();
        let (id, code) = (next()?, next()?.parse().ok()?);
        let (international_prefix, trunk) = (Pattern::new(next()?), Pattern::new(next()?));
        let (trunk_rule, leading) = (next()?, Pattern::new(next()?));
        let costly = next()?.split(',').filter(|prefix| !prefix.is_empty()).collect();
        let general = Numbers::read(next()?);
        let mobile_starts = starts(next()?);
        let kinds =
            Kind::COLUMNS.into_iter().zip(fields).filter_map(|(kind, field)| Some((kind, Numbers::read(field)?)));
        let kinds = kinds.collect();
        let region =
            Self { id, code, international_prefix, trunk, trunk_rule, leading, costly, general, kinds, mobile_starts };
        Some(region)
    }

    fn numbers(&self, kind: Kind) -> Option<&Numbers> {
        self.kinds.iter().find(|(named, _)| *named == kind).map(|(_, numbers)| numbers)
    }

    fn is_general(&self, national: &str) -> bool {
        self.general.as_ref().is_some_and(|general| general.contain(national))
    }

    /// What this number of the region is for, if the plan knows it.
    fn kind_of(&self, national: &str) -> Option<Kind> {
        if !self.is_general(national) {
            return None;
        }
        let (kind, _) = self.kinds.iter().find(|(_, numbers)| numbers.contain(national))?;
        match kind {
            _ if self.id == NOWHERE => Some(Kind::Global),
            Kind::Fixed if self.is_mobile_too(national) => Some(Kind::FixedOrMobile),
            kind => Some(*kind),
        }
    }

    fn is_mobile_too(&self, national: &str) -> bool {
        let (Some(fixed), Some(mobile)) = (self.numbers(Kind::Fixed), self.numbers(Kind::Mobile)) else { return false };
        mobile.pattern.is_same(&fixed.pattern) || mobile.contain(national)
    }

    /// Whether a number that the plan does not know has the length and the first digit of the region's mobile numbers,
    /// so that it may be of a range that is newer than the plan. What begins like numbers that cost money is not.
    fn may_be_newer(&self, national: &str) -> bool {
        let Some(mobile) = self.numbers(Kind::Mobile).filter(|_| self.id != NOWHERE) else { return false };
        let first = national.bytes().next().map(|byte| usize::from(byte.wrapping_sub(b'0')));
        let starts = first.and_then(|digit| self.mobile_starts.get(digit)).is_some_and(|starts| *starts);
        let is_costly = self.costly.iter().any(|prefix| national.starts_with(prefix));
        starts && mobile.lengths.contains(&national.len()) && !is_costly
    }

    /// The number without the trunk prefix that people write within the country, or with the area code that they leave
    /// out there. `None` if it has none, or if it is the number that has the prefix.
    pub(super) fn without_trunk(&self, national: &str) -> Option<String> {
        let found = self.trunk.as_ref()?.at_start(national)?;
        let rest = &national[found.get(0)?.end()..];
        let last = found.len().checked_sub(1).filter(|last| *last > 0).and_then(|last| found.get(last));
        let bare = match last {
            Some(_) if !self.trunk_rule.is_empty() => {
                let group = |number| found.get(number).map_or("", |group| group.as_str());
                self.trunk_rule.replace("$1", group(1)).replace("$2", group(2)) + rest
            }
            _ => rest.to_owned(),
        };
        let is_part_of_it = self.is_general(national) && !self.is_general(&bare);
        (!is_part_of_it && bare != national).then_some(bare)
    }

    /// What follows the prefix of foreign numbers.
    pub(super) fn after_international_prefix<'a>(&self, digits: &'a str) -> Option<&'a str> {
        let found = self.international_prefix.as_ref()?.at_start(digits)?;
        let rest = &digits[found.get(0)?.end()..];
        (!rest.starts_with('0')).then_some(rest)
    }

    /// The lengths of the region's numbers.
    pub(super) fn lengths(&self) -> &[usize] {
        self.general.as_ref().map_or(&[], |general| &general.lengths)
    }
}

/// Reads the digits that mobile numbers begin with.
fn starts(field: &str) -> [bool; 10] {
    let mut starts = [false; 10];
    for digit in field.bytes().filter(u8::is_ascii_digit) {
        starts[usize::from(digit - b'0')] = true;
    }
    starts
}

/// A number that is taken for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The region's id.
    pub(super) region: &'static str,
    /// What the number is for.
    pub(super) kind: Kind,
}

struct Plan {
    regions: Vec<Region>,
    by_code: HashMap<u16, Vec<usize>>,
}

impl Plan {
    fn read(text: &'static str) -> Self {
        let regions: Vec<Region> = text.lines().filter_map(Region::read).collect();
        let mut by_code: HashMap<u16, Vec<usize>> = HashMap::new();
        for (index, region) in regions.iter().enumerate() {
            by_code.entry(region.code).or_default().push(index);
        }
        Self { regions, by_code }
    }
}

/// The region with this id.
pub(super) fn region(id: &str) -> Option<&'static Region> {
    PLAN.regions.iter().find(|region| region.id == id && id != NOWHERE)
}

/// The regions that share a calling code, the main one first.
fn regions(code: u16) -> impl Iterator<Item = &'static Region> + Clone {
    PLAN.by_code.get(&code).into_iter().flatten().map(|index| &PLAN.regions[*index])
}

/// The ids of the regions that share a calling code.
pub(super) fn ids(code: u16) -> impl Iterator<Item = &'static str> {
    regions(code).map(|region| region.id)
}

/// The main region of a calling code.
pub(super) fn main_region(code: u16) -> Option<&'static Region> {
    regions(code).next()
}

/// The calling code that the digits begin with, and the rest. No code is the beginning of another.
pub(super) fn split_code(digits: &str) -> Option<(u16, &str)> {
    (1..=3).find_map(|length| {
        let (code, rest) = digits.split_at_checked(length)?;
        let code = code.parse().ok().filter(|_| !code.starts_with('0'))?;
        PLAN.by_code.contains_key(&code).then_some((code, rest))
    })
}

/// Finds a number that the plan knows.
pub(super) fn known(code: u16, national: &str) -> Option<Found> {
    let alone = regions(code).nth(1).is_none();
    let leads = |region: &Region| region.leading.as_ref().is_some_and(|leading| leading.at_start(national).is_some());
    let owns = |region: &&Region| match &region.leading {
        _ if alone => true,
        Some(_) => leads(region),
        None => region.kind_of(national).is_some(),
    };
    let region = regions(code).find(owns)?;
    Some(Found { region: region.id, kind: region.kind_of(national)? })
}

/// Finds the region of a number that the plan does not know: by how the regions' numbers begin, else the main one.
fn nearest(code: u16, national: &str) -> Option<&'static Region> {
    let leads = |region: &&Region| region.leading.as_ref().is_some_and(|leading| leading.at_start(national).is_some());
    regions(code).find(leads).or_else(|| main_region(code))
}

/// Finds a number that may be of a range that is newer than the plan. It counts as mobile.
pub(super) fn newer(code: u16, national: &str) -> Option<Found> {
    let region = nearest(code, national).filter(|region| region.may_be_newer(national))?;
    Some(Found { region: region.id, kind: Kind::Mobile })
}

/// The id of the region that a number belongs to, whether the plan knows it or not.
pub(super) fn region_of(code: u16, national: &str) -> Option<&'static str> {
    let known = known(code, national).map(|found| found.region);
    known.or_else(|| nearest(code, national).map(|region| region.id))
}

/// Reads the plan, and compiles what the numbers of one region need.
pub(super) fn warm_up(code: u16, national: &str) {
    let _ = known(code, national);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_every_pattern_is_one() {
        assert_eq!(PLAN.regions.len(), TEXT.lines().count());
        assert!(PLAN.regions.len() > 240);
        let mut bytes = 0;
        for region in &PLAN.regions {
            let trunk = region.trunk.iter().chain(&region.leading).chain(&region.international_prefix);
            let kinds = region.kinds.iter().map(|(_, numbers)| numbers).chain(&region.general);
            let all = trunk.chain(kinds.map(|numbers| &numbers.pattern));
            bytes += all.into_iter().map(|pattern| pattern.size().expect(region.id)).sum::<usize>();
            assert!(region.kinds.iter().all(|(_, numbers)| !numbers.lengths.is_empty()), "{}", region.id);
            assert!(!region.lengths().is_empty(), "{}", region.id);
        }
        assert!(bytes < 8_000_000, "what somebody can have compiled who asks for numbers everywhere: {bytes} bytes");
    }

    #[test]
    fn no_calling_code_begins_another() {
        for code in PLAN.by_code.keys() {
            let begins = |other: &&u16| *other != code && other.to_string().starts_with(&code.to_string());
            assert_eq!(PLAN.by_code.keys().find(begins), None, "{code}");
        }
    }

    #[test]
    fn kinds() {
        for (code, national, expected) in [
            (86, "13000000000", Some(("CN", Kind::Mobile))),
            (86, "16100000000", Some(("CN", Kind::Mobile))),
            (1, "4155552671", Some(("US", Kind::FixedOrMobile))),
            (1, "2423591234", Some(("BS", Kind::Mobile))),
            (1, "9002345678", Some(("US", Kind::Premium))),
            (44, "7400123456", Some(("GB", Kind::Mobile))),
            (44, "7012345678", Some(("GB", Kind::Personal))),
            (44, "2070313000", Some(("GB", Kind::Fixed))),
            (39, "0612345678", Some(("IT", Kind::Fixed))),
            (881, "612345678", Some(("001", Kind::Global))),
            (972, "33142764978", None),
            (86, "130000000001", None),
        ] {
            let found = known(code, national).map(|found| (found.region, found.kind));
            assert_eq!(found, expected, "+{code} {national}");
        }
    }
}
