//! The length of functions, and the number of arguments of constructors.

use crate::files::{self, File, expect_none};
use crate::rust::{Token, shipped};

/// The limit for code that ships; tables of tests may be longer. The aim is 20.
const LONGEST_FUNCTION: usize = 60;
/// Arguments that always go together should be one part.
const MOST_ARGUMENTS: usize = 6;

/// A function in the source code.
struct Function<'a> {
    name: &'a str,
    line: usize,
    /// The number of lines from its name to the end of its body.
    lines: usize,
    /// The number of arguments without `self`.
    arguments: usize,
    /// Whether it returns a value of its type: `Self`, `Option<Self>`, `Result<Self, …>`.
    makes_self: bool,
}

fn functions<'a>(tokens: &[Token<'a>]) -> Vec<Function<'a>> {
    let begins = (0..tokens.len()).filter(|at| tokens[*at].text == "fn");
    begins.filter_map(|at| function(&tokens[at + 1..])).collect()
}

/// Reads a function, beginning at its name. `None` if it is the type of a function.
fn function<'a>(tokens: &[Token<'a>]) -> Option<Function<'a>> {
    let (name, rest) = tokens.split_first()?;
    if name.text == "(" {
        return None;
    }
    let open = skip_generics(rest);
    let close = open + block_length(&rest[open..]);
    let body = close + begin_of_body(&rest[close..])?;
    let output: Vec<&str> = rest[close..body].iter().map(|token| token.text).collect();
    let end = match rest[body].text {
        "{" => body + block_length(&rest[body..]) - 1,
        _ => body,
    };
    Some(Function {
        name: name.text,
        line: name.line,
        lines: rest[end].line - name.line + 1,
        arguments: arguments(&rest[open + 1..close - 1]),
        makes_self: is_self(&output),
    })
}

/// Whether this is what follows the arguments of a constructor.
fn is_self(output: &[&str]) -> bool {
    let wrappers = ["Option", "Result", "Arc", "Box"];
    match output {
        ["->", "Self", ..] => true,
        ["->", wrapper, "<", "Self", ..] => wrappers.contains(wrapper),
        _ => false,
    }
}

fn skip_generics(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_i32;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "<" => depth += 1,
            ">" => depth -= 1,
            "(" if depth == 0 => return at,
            _ => {}
        }
    }
    tokens.len()
}

/// Finds the beginning of the body, or the semicolon in its place.
fn begin_of_body(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_i32;
    tokens.iter().position(|token| {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            _ => {}
        }
        depth == 0 && ["{", ";"].contains(&token.text)
    })
}

/// Returns the length of a bracketed block, including the brackets.
fn block_length(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

fn arguments(tokens: &[Token<'_>]) -> usize {
    let (mut depth, mut found, mut begun) = (0_i32, 0, false);
    for token in tokens {
        match token.text {
            "(" | "[" | "{" | "<" => depth += 1,
            ")" | "]" | "}" | ">" => depth -= 1,
            "," if depth == 0 => begun = false,
            "&" | "mut" if !begun => {}
            "self" if !begun && depth == 0 => begun = true,
            _ if !begun => (found, begun) = (found + 1, true),
            _ => {}
        }
    }
    found
}

fn too_long(files: &[File]) -> Vec<String> {
    let long = files.iter().flat_map(|file| {
        let tokens = shipped(&file.text);
        let functions = functions(&tokens).into_iter().filter(|function| function.lines > LONGEST_FUNCTION);
        functions.map(|f| format!("{}:{}: {} has {} lines", file.path, f.line, f.name, f.lines)).collect::<Vec<_>>()
    });
    long.collect()
}

fn asking_for_too_much(files: &[File]) -> Vec<String> {
    let greedy = files.iter().flat_map(|file| {
        let tokens = shipped(&file.text);
        let makes = |function: &Function<'_>| function.name == "new" || function.makes_self;
        let functions = functions(&tokens).into_iter().filter(|f| makes(f) && f.arguments > MOST_ARGUMENTS);
        functions.map(|f| format!("{}:{}: {} takes {}", file.path, f.line, f.name, f.arguments)).collect::<Vec<_>>()
    });
    greedy.collect()
}

/// What ships, and what teams build their own tests on.
fn sources() -> Vec<File> {
    let is_held = |file: &File| file.is_crate_source() || file.path.starts_with("tests/src/");
    files::rust().into_iter().filter(is_held).collect()
}

#[test]
fn functions_are_short() {
    let rule = format!("functions to split, {LONGEST_FUNCTION} lines allowed:");
    expect_none(&rule, too_long(&sources()));
}

#[test]
fn constructors_ask_for_little() {
    let rule = format!("constructors with more than {MOST_ARGUMENTS} arguments (make a part of what goes together):");
    expect_none(&rule, asking_for_too_much(&sources()));
}

#[test]
fn neither_rule_has_exceptions() {
    // The names are put together here, so that this file does not contain them either.
    let lints = ["too_many_lines", "too_many_arguments"].map(|lint| format!("clippy::{lint}"));
    let sources = sources();
    let excepted = sources.iter().flat_map(|file| {
        let lines = file.lines().filter(|(_, line)| lints.iter().any(|lint| line.contains(lint.as_str())));
        lines.map(|(number, _)| format!("{}:{number}", file.path)).collect::<Vec<_>>()
    });
    expect_none("exceptions:", excepted.collect::<Vec<_>>());
}

#[test]
fn long_functions_and_greedy_constructors_would_be_noticed() {
    let file = |text: String| [File { path: "crates/a/src/lib.rs".to_owned(), text }];
    let body = |lines: usize| "let x = '}';\n".repeat(lines);
    let long = |lines| {
        too_long(&file(format!("impl A {{\nasync fn f(a: fn(u8) -> u8) -> [u8; 2] {{\n{}}}\n}}\n", body(lines))))
    };
    assert_eq!(long(LONGEST_FUNCTION - 2), Vec::<String>::new());
    assert_eq!(long(LONGEST_FUNCTION - 1), ["crates/a/src/lib.rs:2: f has 61 lines"]);

    let six = "a: A<B, C>, b: fn(u8, u8) -> u8, c: (u8, u8), d: [u8; 4], e: impl Fn(u8, u8) -> u8, f: u8,";
    let rows = [
        (format!("pub fn new({six}) -> Self {{}}"), 0),
        (format!("pub fn new({six} g: u8) -> Self {{}}"), 1),
        (format!("fn new<'a, T: Into<A<B, C>>>({six} g: u8) -> Arc<dyn A> {{}}"), 1),
        (format!("pub fn with(&mut self, {six}) -> Self {{}}"), 0),
        (format!("pub fn with(mut self, {six} g: u8) -> Result<Self, E> {{}}"), 1),
        (format!("pub fn run({six} g: u8) -> u8 {{}}"), 0),
        (format!("#[cfg(test)] mod tests {{ fn new({six} g: u8) -> Self {{}} }}"), 0),
    ];
    for (text, expected) in rows {
        assert_eq!(asking_for_too_much(&file(text.clone())).len(), expected, "{text}");
    }
}
