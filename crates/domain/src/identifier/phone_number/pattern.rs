//! Patterns of the numbering plans.

use std::sync::OnceLock;

use regex_lite::{Captures, Regex};

/// A pattern over digits, compiled when it is first needed: most countries never are. Those that are not take no room for
/// what is compiled, since the plan has thousands.
pub(super) struct Pattern {
    text: &'static str,
    whole: OnceLock<Option<Box<Regex>>>,
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
        let compiled = self.whole.get_or_init(|| compile(&format!("^(?:{})$", self.text)));
        compiled.as_ref().is_some_and(|pattern| pattern.is_match(digits))
    }

    /// What the first digits match, if they do.
    pub(super) fn at_start<'a>(&self, digits: &'a str) -> Option<Captures<'a>> {
        let compiled = self.start.get_or_init(|| compile(&format!("^(?:{})", self.text)));
        compiled.as_ref()?.captures(digits)
    }

    #[cfg(test)]
    pub(super) fn is_well_formed(&self) -> bool {
        Regex::new(self.text).is_ok()
    }
}

fn compile(pattern: &str) -> Option<Box<Regex>> {
    Regex::new(pattern).ok().map(Box::new)
}
