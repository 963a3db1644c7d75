//! Promises of `IdentifierScheme`. They are stamped on a [`Probe`]: a scheme with spellings that it accepts and refuses.

mod hostile;

use std::sync::Arc;

use auth_domain::identifier::{Identifier, IdentifierScheme, Schemes};

use self::hostile::{CONTROLS, assert_promises, spellings};

/// Stamps the promises of `IdentifierScheme` into the tests of a scheme. The argument is the type of a
/// [`Probe`](crate::identifiers::Probe).
#[macro_export]
macro_rules! identifiers {
    ($probe:ty) => {
        $crate::stamp_on!(
            identifiers,
            $probe,
            [
                its_kind_can_be_a_field,
                spellings_of_one_identifier_are_one,
                different_identifiers_differ,
                the_canonical_and_the_shown_form_are_spellings,
                an_identifier_outlives_being_stored,
                its_groups_do_not_depend_on_the_spelling,
                what_is_no_spelling_is_refused,
                the_empty_is_refused,
                the_overlong_is_refused,
                control_characters_are_refused,
                nothing_hostile_breaks_it,
            ]
        );
    };
}

/// More than any identifier has, in bytes, and less than what the key of an index may have.
const MOST: usize = 1024;

/// A scheme with spellings.
pub trait Probe {
    /// The scheme.
    fn scheme() -> Arc<dyn IdentifierScheme>;

    /// Identifiers that it accepts, at least two, each with its spellings. All spellings of one are the same identifier,
    /// and no two identifiers have a spelling in common.
    fn identifiers() -> Vec<Vec<&'static str>>;

    /// What it refuses, beside what no scheme accepts.
    fn refused() -> Vec<&'static str>;
}

fn parse<P: Probe>(raw: &str) -> Identifier {
    P::scheme().parse(raw).unwrap_or_else(|error| panic!("{raw:?} is refused: {error}"))
}

fn accepted<P: Probe>() -> impl Iterator<Item = &'static str> {
    P::identifiers().into_iter().flatten()
}

fn assert_refused<P: Probe>(raw: &str, what: &str) {
    match P::scheme().parse(raw) {
        Ok(identifier) => panic!("{what} is accepted as {:?}", identifier.shown()),
        Err(error) => assert_eq!(error.kind, P::scheme().kind(), "{what} is refused for a field of another kind"),
    }
}

/// The name of the kind is a request field and a stored value: words of lower-case letters and digits with `_` between
/// them.
pub async fn its_kind_can_be_a_field<P: Probe>() {
    let name = P::scheme().kind().name();
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    assert!(name.len() <= 32 && name.split('_').all(is_word), "{name:?}");
}

/// Every spelling of an identifier is accepted, is of the scheme's kind, and is the same login name.
pub async fn spellings_of_one_identifier_are_one<P: Probe>() {
    for spellings in P::identifiers() {
        let first = parse::<P>(spellings[0]);
        for raw in spellings {
            let identifier = parse::<P>(raw);
            assert_eq!(identifier.kind(), P::scheme().kind(), "the kind of {raw:?}");
            assert_eq!(identifier, first, "{raw:?} is another identifier");
        }
    }
}

/// Spellings of different identifiers are different login names.
pub async fn different_identifiers_differ<P: Probe>() {
    let all: Vec<_> = P::identifiers().iter().map(|spellings| parse::<P>(spellings[0])).collect();
    assert!(all.len() > 1, "the probe has one identifier only");
    for (number, one) in all.iter().enumerate() {
        for other in &all[..number] {
            assert_ne!(one, other, "two identifiers are one: {:?}", one.shown());
        }
    }
}

/// Whoever types what a response showed them, or what an export has, names the same identifier.
pub async fn the_canonical_and_the_shown_form_are_spellings<P: Probe>() {
    for raw in accepted::<P>() {
        assert_promises(&*P::scheme(), raw);
    }
}

/// A store keeps canonical and shown form, and rebuilds the identifier from them.
pub async fn an_identifier_outlives_being_stored<P: Probe>() {
    let schemes = Schemes::new(vec![P::scheme()]);
    for raw in accepted::<P>() {
        let made = parse::<P>(raw);
        let (canonical, shown) = (made.canonical().to_owned(), made.shown().to_owned());
        let restored = schemes.restore(made.kind().name(), canonical, shown).expect("the kind is registered");
        assert_eq!((&restored, restored.shown()), (&made, made.shown()), "{raw:?}");
    }
}

/// Messages are counted for the groups of an address; another spelling, or a stored identifier, is in the same ones.
pub async fn its_groups_do_not_depend_on_the_spelling<P: Probe>() {
    let scheme = P::scheme();
    for spellings in P::identifiers() {
        let groups = scheme.groups(&parse::<P>(spellings[0]));
        for raw in spellings {
            assert_eq!(scheme.groups(&parse::<P>(raw)), groups, "the groups of {raw:?}");
        }
    }
}

/// What the probe says is no spelling is refused, in words that do not repeat it.
pub async fn what_is_no_spelling_is_refused<P: Probe>() {
    for raw in P::refused() {
        assert_refused::<P>(raw, &format!("{raw:?}"));
        let reason = P::scheme().parse(raw).map(drop).expect_err("just refused").reason;
        assert!(!reason.is_empty(), "{raw:?} is refused without a reason");
        assert!(raw.chars().count() < 4 || !reason.contains(raw), "the refusal repeats {raw:?}: {reason}");
    }
}

/// Nothing is no identifier, and neither is blank space.
pub async fn the_empty_is_refused<P: Probe>() {
    for raw in ["", " ", "\t\n", "\u{3000}"] {
        assert_refused::<P>(raw, &format!("{raw:?}"));
    }
}

/// What is too long for a table's index is refused, however it begins.
pub async fn the_overlong_is_refused<P: Probe>() {
    for raw in accepted::<P>() {
        for padding in ["a", "1", " ", ".", "日"] {
            for length in [MOST, 100_000] {
                let padding = padding.repeat(length);
                assert_short::<P>(&format!("{raw}{padding}"));
                assert_short::<P>(&format!("{padding}{raw}"));
                assert_short::<P>(&padding);
            }
        }
    }
}

/// Blank space around an identifier may go, however much there is.
fn assert_short<P: Probe>(raw: &str) {
    if let Ok(identifier) = P::scheme().parse(raw) {
        let longest = identifier.canonical().len().max(identifier.shown().len());
        assert!(longest <= MOST, "{longest} bytes of an identifier");
    }
}

/// A control character inside an identifier is refused: it would break lines of logs and messages.
pub async fn control_characters_are_refused<P: Probe>() {
    for raw in accepted::<P>() {
        for control in CONTROLS {
            let middle = raw.char_indices().nth(raw.chars().count() / 2).map_or(0, |(place, _)| place);
            let broken = format!("{}{control}{}", &raw[..middle], &raw[middle..]);
            assert_refused::<P>(&broken, &format!("{broken:?}"));
        }
    }
}

/// Whatever comes in is refused, or is an identifier that keeps all promises; nothing panics.
pub async fn nothing_hostile_breaks_it<P: Probe>() {
    let accepted: Vec<_> = accepted::<P>().collect();
    for raw in spellings(&accepted) {
        assert_promises(&*P::scheme(), &raw);
    }
}
