//! Modules of a crate do not import each other in a circle, so that each can be read and moved on its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::files::{self, expect_none};
use crate::rust::{Import, imports, paths, shipped};

/// The place of a module in its crate: `["sign_up", "request"]`.
pub(crate) type Place = Vec<String>;

/// A module that is a file.
pub(crate) struct Module {
    /// Every `use` declaration.
    pub(crate) imports: Vec<Import>,
    /// Every path outside `use`.
    pub(crate) paths: Vec<(Vec<String>, usize)>,
    /// Whether it only declares modules and re-exports from them.
    pub(crate) is_entrance: bool,
    defines: BTreeSet<String>,
    words: BTreeSet<String>,
    /// Macros at the root of the crate.
    exports: BTreeSet<String>,
}

/// The modules of one crate.
pub(crate) struct Modules(pub(crate) BTreeMap<Place, Module>);

impl Modules {
    /// Reads modules from files, given by their paths below `src`.
    pub(crate) fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(files.into_iter().filter_map(|(path, text)| Some((place(path)?, Module::read(text)))).collect())
    }

    /// Returns where a path written in `from` leads, seen from the root of the crate, or `None` for other crates.
    pub(crate) fn absolute(&self, from: &Place, path: &[String]) -> Option<Place> {
        self.absolute_within(from, path, MOST_STEPS)
    }

    fn absolute_within(&self, from: &Place, path: &[String], steps: usize) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        let joined = |start: &[String], rest: &[String]| [start, rest].concat();
        match first.as_str() {
            "crate" => return Some(rest.to_vec()),
            "self" => return Some(joined(from, rest)),
            "super" => {
                let mut place = from.clone();
                place.pop()?;
                let more = rest.iter().take_while(|word| *word == "super").count();
                place.truncate(place.len().checked_sub(more)?);
                return Some(joined(&place, &rest[more..]));
            }
            _ => {}
        }
        if self.0.contains_key(&joined(from, std::slice::from_ref(first))) {
            return Some(joined(from, path));
        }
        let import = self.0.get(from)?.imports.iter().find(|import| import.name.as_ref() == Some(first))?;
        let is_itself = import.path == path[..1];
        let start = (steps > 0 && !is_itself).then(|| self.absolute_within(from, &import.path, steps - 1))??;
        Some(joined(&start, rest))
    }

    /// Returns the module that defines what an absolute path names, looking through re-exports.
    pub(crate) fn home(&self, path: &[String]) -> Option<&Place> {
        self.home_within(path, MOST_STEPS)
    }

    fn home_within(&self, path: &[String], steps: usize) -> Option<&Place> {
        let (mut here, mut module) = self.0.get_key_value(&Vec::new())?;
        // `#[macro_export]` puts a macro at the root, wherever it is defined.
        if let Some((home, _)) =
            self.0.iter().find(|(_, module)| path.first().is_some_and(|w| module.exports.contains(w)))
        {
            return Some(home);
        }
        for (at, word) in path.iter().enumerate() {
            match self.0.get_key_value(&path[..=at]) {
                Some(deeper) => (here, module) = deeper,
                None if steps == 0 || module.defines.contains(word) => return Some(here),
                None => return self.passed_on(here, &path[at..], steps).or(Some(here)),
            }
        }
        Some(here)
    }

    /// Returns where `path` leads if `through` re-exports it.
    fn passed_on(&self, through: &Place, path: &[String], steps: usize) -> Option<&Place> {
        let module = &self.0[through];
        let named = module.imports.iter().find(|import| import.name.as_ref() == Some(&path[0]));
        if let Some(import) = named {
            let start = self.absolute(through, &import.path)?;
            return self.home_within(&[&start, &path[1..]].concat(), steps - 1);
        }
        let everything = module.imports.iter().filter(|import| import.name.is_none() && import.is_passed_on);
        everything.filter_map(|import| self.absolute(through, &import.path)).find_map(|start| {
            let home = self.home_within(&[start.as_slice(), path].concat(), steps - 1)?;
            self.0[home].defines.contains(&path[0]).then_some(home)
        })
    }

    /// Returns the modules that a module depends on.
    fn needed_by(&self, place: &Place) -> BTreeSet<&Place> {
        let module = &self.0[place];
        if module.is_entrance {
            return BTreeSet::new();
        }
        let imported = module.imports.iter().map(|import| &import.path);
        let paths = imported.chain(module.paths.iter().map(|(path, _)| path));
        let homes = paths.filter_map(|path| self.home(&self.absolute(place, path)?));
        homes.chain(self.taken_with_all(place)).filter(|home| *home != place).collect()
    }

    /// Returns what a module uses of the names that a `*` imports.
    fn taken_with_all<'a>(&'a self, place: &Place) -> impl Iterator<Item = &'a Place> + use<'a> {
        let module = &self.0[place];
        let all = module.imports.iter().filter(|import| import.name.is_none());
        let through: Vec<_> = all.filter_map(|import| self.home(&self.absolute(place, &import.path)?)).collect();
        through.into_iter().flat_map(|through| {
            module.words.iter().filter_map(|word| self.passed_on(through, std::slice::from_ref(word), MOST_STEPS))
        })
    }

    /// Returns the shortest circle through each module that is part of one.
    fn circles(&self) -> BTreeSet<String> {
        let needed: BTreeMap<&Place, BTreeSet<&Place>> =
            self.0.keys().map(|place| (place, self.needed_by(place))).collect();
        self.0.keys().filter_map(|place| circle(&needed, place)).collect()
    }
}

/// More re-exports in a row than anybody would write.
const MOST_STEPS: usize = 8;

fn circle(needed: &BTreeMap<&Place, BTreeSet<&Place>>, start: &Place) -> Option<String> {
    let mut came_from: BTreeMap<&Place, &Place> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(here) = queue.pop_front() {
        for next in &needed[here] {
            if *next == start {
                let mut circle: Vec<String> =
                    std::iter::successors(Some(here), |place| (*place != start).then(|| came_from[place]))
                        .map(shown)
                        .collect();
                circle.reverse();
                // Begins at the smallest, so that each circle is reported once.
                let smallest = (0..circle.len()).min_by_key(|at| &circle[*at]).unwrap_or(0);
                circle.rotate_left(smallest);
                circle.push(circle[0].clone());
                return Some(circle.join(" -> "));
            }
            if !came_from.contains_key(next) {
                came_from.insert(next, here);
                queue.push_back(next);
            }
        }
    }
    None
}

fn shown(place: &Place) -> String {
    if place.is_empty() { "lib.rs".to_owned() } else { place.join("::") }
}

impl Module {
    fn read(text: &str) -> Self {
        let tokens = shipped(text);
        let words = ["fn", "struct", "enum", "trait", "type", "const", "static", "macro_rules", "union"];
        let definitions = tokens.windows(3).filter(|pair| words.contains(&pair[0].text));
        let defines = definitions.map(|pair| if pair[1].text == "!" { pair[2].text } else { pair[1].text });
        let exported =
            tokens.windows(6).filter(|after| after[0].text == "macro_export" && after[2].text == "macro_rules");
        let exports = exported.map(|after| after[4].text.to_owned()).collect();
        let only = ["#", "[", "]", "(", ")", "!", "{", "}", ",", ";", "*", "::", "pub", "use", "mod", "as"];
        let words: Vec<&str> = tokens.iter().map(|token| token.text).collect();
        let is_word = |word: &str| word.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let is_plain = words.iter().all(|word| only.contains(word) || is_word(word));
        let defines: BTreeSet<String> = defines.map(str::to_owned).collect();
        Self {
            imports: imports(&tokens),
            paths: paths(&tokens),
            is_entrance: is_plain && defines.is_empty() && !words.contains(&"impl"),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            defines,
            exports,
        }
    }
}

/// Returns `None` for a program that is beside a library.
fn place(path: &str) -> Option<Place> {
    let mut place: Place = path.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    match place.last().map(String::as_str) {
        Some("main") if place.len() == 1 => return None,
        Some("mod") => drop(place.pop()),
        Some("lib") if place.len() == 1 => drop(place.pop()),
        _ => {}
    }
    Some(place)
}

/// Returns the modules of a crate below `crates/`.
pub(crate) fn modules_of(name: &str) -> Modules {
    modules_in(&format!("crates/{name}"))
}

/// The modules of the crate in this folder.
fn modules_in(package: &str) -> Modules {
    let files = sources_of(package);
    Modules::of(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

/// Returns the sources of a crate below `crates/`, with their paths below `src`.
pub(crate) fn files_of(name: &str) -> Vec<(String, String)> {
    sources_of(&format!("crates/{name}"))
}

fn sources_of(package: &str) -> Vec<(String, String)> {
    let source = format!("{package}/src");
    let sources = files::below(&source).into_iter().filter(|file| file.path.ends_with(".rs"));
    sources.map(|file| (file.path[source.len() + 1..].to_owned(), file.text)).collect()
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let sources = files::rust().into_iter().filter(files::File::is_crate_source);
    let mut packages: BTreeSet<String> = sources.filter_map(|file| file.package().map(str::to_owned)).collect();
    assert!(packages.contains("crates/domain") && packages.contains("examples/acme/badge"), "{packages:?}");
    // `auth-tests`, on which teams build their own tests.
    packages.insert("tests".to_owned());
    let circles = packages
        .iter()
        .flat_map(|name| modules_in(name).circles().into_iter().map(move |circle| format!("{name}: {circle}")));
    expect_none("modules that import each other in a circle:", circles.collect::<Vec<_>>());
}

#[test]
fn a_circle_would_be_noticed() {
    /// What the case is about, the files with their texts, and the circles.
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let rows: [Row<'_>; 7] = [
        (
            "two files",
            &[("a.rs", "use crate::b::B; pub struct A;"), ("b.rs", "pub struct B; fn f() { crate::a::A; }")],
            &["a -> b -> a"],
        ),
        (
            "a child of what its parent defines",
            &[("a/mod.rs", "mod b; pub use b::B; pub struct A;"), ("a/b.rs", "use super::A; pub struct B(A);")],
            &["a -> a::b -> a"],
        ),
        (
            "behind an entrance, over a module's name",
            &[
                ("a/mod.rs", "mod b; mod c; pub use b::B; pub use c::C;"),
                ("a/b.rs", "use crate::a; pub struct B; fn f() -> a::C { a::C }"),
                ("a/c.rs", "use super::*; pub struct C(B);"),
            ],
            &["a::b -> a::c -> a::b"],
        ),
        (
            "a macro",
            &[
                ("lib.rs", "mod a;"),
                ("a.rs", "#[macro_export] macro_rules! m { () => {} } crate::b::f();"),
                ("b.rs", "fn f() { crate::m!() }"),
            ],
            &["a -> b -> a"],
        ),
        (
            "an entrance is none",
            &[
                ("a/mod.rs", "mod b; mod c; pub use b::B; pub(crate) use c::C;"),
                ("a/b.rs", "use super::C; pub struct B;"),
                ("a/c.rs", "pub struct C;"),
            ],
            &[],
        ),
        (
            "tests may use what they like",
            &[
                ("a.rs", "use crate::b::B; pub struct A;"),
                ("b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::a::A; }"),
            ],
            &[],
        ),
        ("other crates are none of ours", &[("a.rs", "use b::B; use ::c::C;"), ("b.rs", "use crate::a::A;")], &[]),
    ];
    for (what, files, circles) in rows {
        let files = [("lib.rs", "mod a; mod b;")].iter().chain(files).copied();
        let found = Modules::of(files).circles();
        assert!(found.iter().eq(circles), "{what}: {found:?}");
    }
}
