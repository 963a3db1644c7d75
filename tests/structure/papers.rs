//! The papers of the workspace, and their content as the rules about them read it.

use crate::files::{self, File};

/// Returns every paper, ordered by path.
pub(crate) fn all() -> Vec<File> {
    files::below(".").into_iter().filter(|file| file.path.ends_with(".md")).collect()
}

/// A fenced block.
pub(crate) struct Block<'a> {
    /// The word after the fence, which is empty if there is none.
    pub(crate) language: &'a str,
    /// The lines between the fences.
    pub(crate) lines: Vec<&'a str>,
}

/// Returns the fenced blocks of a paper, in order.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some(Block { language, lines: Vec::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => block.lines.push(line),
            (None, None) => {}
        }
    }
    blocks
}

/// Returns the lines outside of fenced blocks.
pub(crate) fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines().filter(move |line| {
        let fence = line.starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// Returns what is in backticks in a line of prose.
pub(crate) fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Returns the words in backticks at the beginning of table rows (`| `GET /healthz`
/// …`), with the rest of the row.
pub(crate) fn rows(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
}

/// Returns the names by which links lead to a paper's headings.
pub(crate) fn anchors(text: &str) -> impl Iterator<Item = String> {
    prose(text).filter(|&line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#').trim()))
}

/// Makes a name as code hosts do: lower case, hyphens for spaces, no punctuation.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn a_paper_is_read() {
    let text = "# Try it, now\nsee `a` and `b`\n```sh\n# no heading\nls\n```\n| `GET /x` | does x |\n```text\nt\n```\n";
    let blocks = blocks(text);
    assert_eq!(blocks.iter().map(|block| block.language).collect::<Vec<_>>(), ["sh", "text"]);
    assert_eq!(blocks[0].lines, ["# no heading", "ls"]);
    assert_eq!(anchors(text).collect::<Vec<_>>(), ["try-it-now"]);
    assert_eq!(prose(text).flat_map(code_spans).collect::<Vec<_>>(), ["a", "b", "GET /x"]);
    assert_eq!(rows(text).collect::<Vec<_>>(), [("GET /x", " | does x |")]);
}
