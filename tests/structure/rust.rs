//! A reader of Rust sources that understands what the rules about imports and functions need: tokens, `use`, paths.

/// A word or a sign. Comments, literals and lifetimes are left out.
#[derive(Clone, Copy)]
pub(crate) struct Token<'a> {
    pub(crate) text: &'a str,
    /// The line, counted from 1.
    pub(crate) line: usize,
}

/// Returns the tokens of a source that ships, without parts that are only for tests.
pub(crate) fn shipped(text: &str) -> Vec<Token<'_>> {
    let mut tokens = tokens(text);
    let mut at = 0;
    while at < tokens.len() {
        match is_for_tests(&tokens[at..]) {
            true => drop(tokens.drain(at..at + item_length(&tokens[at..]))),
            false => at += 1,
        }
    }
    tokens
}

/// What comments, strings, characters and lifetimes begin with.
const LITERALS: [char; 6] = ['/', '"', '\'', 'b', 'c', 'r'];

/// Returns every token of a source.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut at, mut line) = (Vec::new(), 0, 1);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let literal = if LITERALS.contains(&first) { literal_length(rest) } else { 0 };
        let (length, is_token) = match first {
            _ if first.is_whitespace() => (first.len_utf8(), false),
            _ if literal > 0 => (literal, false),
            _ if is_word(first) => (rest.find(|c| !is_word(c)).unwrap_or(rest.len()), !first.is_ascii_digit()),
            _ if ["::", "->", "=>"].iter().any(|sign| rest.starts_with(sign)) => (2, true),
            _ => (first.len_utf8(), true),
        };
        if is_token {
            tokens.push(Token { text: &rest[..length], line });
        }
        line += rest[..length].matches('\n').count();
        at += length;
    }
    tokens
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Returns the length of the comment, string, character or lifetime at the beginning of `rest`, or 0 if there is
/// none.
fn literal_length(rest: &str) -> usize {
    let until = |begin: usize, end: &str| rest[begin..].find(end).map_or(rest.len(), |found| begin + found + end.len());
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return until(2, "*/");
    }
    let quoted = rest.trim_start_matches(['b', 'c', 'r']);
    let prefix = rest.len() - quoted.len();
    let hashes = quoted.len() - quoted.trim_start_matches('#').len();
    if prefix <= 2 && rest[..prefix].contains('r') && quoted[hashes..].starts_with('"') {
        return until(prefix + hashes + 1, &format!("\"{}", "#".repeat(hashes)));
    }
    match quoted.chars().next() {
        Some('"') if prefix <= 1 => prefix + quoted_length(quoted, '"'),
        Some('\'') if prefix == 0 || &rest[..prefix] == "b" => prefix + character_length(quoted),
        _ => 0,
    }
}

fn quoted_length(quoted: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in quoted.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    quoted.len()
}

/// `'a'` is a character, `'a` a lifetime.
fn character_length(quoted: &str) -> usize {
    let mut chars = quoted.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted_length(quoted, '\''),
        _ => 1 + quoted[1..].find(|c| !is_word(c)).unwrap_or(quoted.len() - 1),
    }
}

fn is_for_tests(tokens: &[Token<'_>]) -> bool {
    let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
    tokens.len() > attribute.len() && tokens.iter().zip(attribute).all(|(token, text)| token.text == text)
}

/// Returns the length of an item with its attributes, to its semicolon or the end of its block.
fn item_length(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(token.text, ";" | "}") {
            return at + 1;
        }
    }
    tokens.len()
}

/// A name that a `use` declaration imports.
#[derive(Clone)]
pub(crate) struct Import {
    /// The path as written, joined over braces, without a trailing `*`.
    pub(crate) path: Vec<String>,
    /// The name that it has here; `None` for `*`.
    pub(crate) name: Option<String>,
    /// Whether it is re-exported, by `pub` or `pub(…)`.
    pub(crate) is_passed_on: bool,
    /// The line.
    pub(crate) line: usize,
}

/// Returns what `use` declarations import.
pub(crate) fn imports(tokens: &[Token<'_>]) -> Vec<Import> {
    let mut found = Vec::new();
    for at in uses(tokens) {
        let is_passed_on = match at.checked_sub(1).map(|before| tokens[before].text) {
            Some("pub") => true,
            Some(")") => tokens[..at].iter().rev().take(6).any(|token| token.text == "pub"),
            _ => false,
        };
        let first = found.len();
        tree(&tokens[at + 1..], &mut Vec::new(), &mut found);
        for import in &mut found[first..] {
            import.is_passed_on = is_passed_on;
            import.line = tokens[at].line;
        }
    }
    found
}

fn uses<'a>(tokens: &'a [Token<'_>]) -> impl Iterator<Item = usize> + 'a {
    // `use<…>` in a type lists captured parameters.
    let begins = |at: &usize| tokens[*at].text == "use" && tokens.get(at + 1).is_some_and(|next| next.text != "<");
    (0..tokens.len()).filter(begins)
}

/// Reads `a::b`, `a as b`, `a::*` or `a::{…}` and returns how many tokens that was.
fn tree(tokens: &[Token<'_>], path: &mut Vec<String>, found: &mut Vec<Import>) -> usize {
    let (mut at, outer) = (0, path.len());
    let import = |path: &[String], name: Option<&str>| {
        let name = name.map(str::to_owned);
        Import { path: path.to_vec(), name, is_passed_on: false, line: 0 }
    };
    while let Some(token) = tokens.get(at) {
        match token.text {
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    at += tree(&tokens[at..], path, found).max(1);
                }
                path.truncate(outer);
                return at + 1;
            }
            "*" => found.push(import(path, None)),
            "self" if path.len() > outer || outer > 0 => {
                let name = path.last().cloned();
                found.push(import(path, name.as_deref()));
            }
            "::" => {}
            "as" => {
                let name = tokens.get(at + 1).map_or("_", |token| token.text);
                found.push(import(path, Some(name)));
                path.truncate(outer);
                return at + 2;
            }
            word if word.starts_with(is_word) => {
                path.push(word.to_owned());
                let continues = tokens.get(at + 1).is_some_and(|next| ["::", "as"].contains(&next.text));
                if !continues {
                    found.push(import(path, Some(word)));
                }
            }
            _ => break,
        }
        at += 1;
    }
    path.truncate(outer);
    at
}

/// Returns paths of at least two words outside `use`: `kit::Halt`, `crate::a::b`.
pub(crate) fn paths(tokens: &[Token<'_>]) -> Vec<(Vec<String>, usize)> {
    let in_use: Vec<_> = uses(tokens).map(|at| at..at + item_length(&tokens[at..])).collect();
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let begins = |at: usize| {
        let before = at.checked_sub(1).map_or("", text);
        text(at).starts_with(is_word) && text(at + 1) == "::" && before != "::" && before != "$"
    };
    let begin = (0..tokens.len()).filter(|at| begins(*at) && !in_use.iter().any(|range| range.contains(at)));
    begin
        .map(|first| {
            let mut path = vec![text(first).to_owned()];
            let mut at = first;
            while text(at + 1) == "::" && text(at + 2).starts_with(is_word) {
                at += 2;
                path.push(text(at).to_owned());
            }
            (path, tokens[first].line)
        })
        .collect()
}

#[test]
fn sources_are_understood() {
    let text = "/* use a::b; */ pub(crate) use x::{self, y::{Z as W, *}};\n#[cfg(test)]\nmod tests { use crate::t; }\n\
        fn f<'a>() -> char { \"use q;\"; r#\"{\"#; crate::k::<u8>(); '\\''; 'x'; '{' } use super::S;";
    let tokens = shipped(text);
    let all = imports(&tokens);
    let all: Vec<_> = all.iter().map(|i| (i.path.join("::"), i.name.as_deref(), i.is_passed_on)).collect();
    let expected = [
        ("x".to_owned(), Some("x"), true),
        ("x::y::Z".to_owned(), Some("W"), true),
        ("x::y".to_owned(), None, true),
        ("super::S".to_owned(), Some("S"), false),
    ];
    assert_eq!(all, expected);
    let paths: Vec<_> = paths(&tokens).into_iter().map(|(path, line)| (path.join("::"), line)).collect();
    assert_eq!(paths, [("crate::k".to_owned(), 4)]);
}
