//! Patterns of the numbering plans.

use std::sync::OnceLock;

use regex_automata::dfa::dense::{Builder, Config, DFA};
use regex_automata::dfa::{Automaton as _, StartKind};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use regex_lite::{Captures, Regex};

/// A table of states: a number is asked for its kind several times in each call, by up to a dozen patterns.
type Table = DFA<Vec<u32>>;

/// A pattern over digits, compiled when it is first needed: most countries never are. Those that are not take no room for
/// what is compiled, since the plan has thousands.
pub(super) struct Pattern {
    text: &'static str,
    whole: OnceLock<Option<Box<Table>>>,
    start: OnceLock<Option<Box<Regex>>>,
}

impl Pattern {
    /// Takes a pattern of the plan. An empty one is none.
    pub(super) fn new(text: &'static str) -> Option<Self> {
        (!text.is_empty()).then(|| Self { text, whole: OnceLock::new(), start: OnceLock::new() })
    }

    /// Whether this is the same pattern.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.text == other.text
    }

    /// Whether the digits match from the first to the last.
    pub(super) fn matches(&self, digits: &str) -> bool {
        let compiled = self.whole.get_or_init(|| table(self.text).map(Box::new));
        let digits = Input::new(digits).anchored(Anchored::Yes).earliest(true);
        compiled.as_ref().is_some_and(|table| matches!(table.try_search_fwd(&digits), Ok(Some(_))))
    }

    /// What the first digits match, if they do.
    pub(super) fn at_start<'a>(&self, digits: &'a str) -> Option<Captures<'a>> {
        let compiled = self.start.get_or_init(|| compile(&format!("^(?:{})", self.text)));
        compiled.as_ref()?.captures(digits)
    }

    /// How many bytes its table takes, if the pattern is well-formed.
    #[cfg(test)]
    pub(super) fn size(&self) -> Option<usize> {
        Regex::new(self.text).ok()?;
        table(self.text).map(|table| table.memory_usage())
    }
}

/// Compiles a pattern that matches from the first digit to the last.
fn table(pattern: &str) -> Option<Table> {
    let config = Config::new().start_kind(StartKind::Anchored).accelerate(false);
    let digits = syntax::Config::new().unicode(false);
    Builder::new().configure(config).syntax(digits).build(&format!(r"(?:{pattern})\z")).ok()
}

fn compile(pattern: &str) -> Option<Box<Regex>> {
    Regex::new(pattern).ok().map(Box::new)
}
