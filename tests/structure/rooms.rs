//! The rooms of `application`: `kit` contains what use cases share and knows none of them, and other rooms are used
//! only through what they export.

use std::collections::BTreeSet;

use crate::files::{self, expect_none};
use crate::imports::{Module, Modules, Place, files_of, modules_of};
use crate::rust;

const KIT: &str = "kit";

/// Returns the modules at the root, each of which is a folder.
fn rooms(modules: &Modules) -> BTreeSet<&str> {
    modules.0.keys().filter_map(|place| place.first().map(String::as_str)).collect()
}

/// Returns where each path of a module leads, seen from the root of the crate.
fn ways<'a>(modules: &'a Modules, place: &'a Place, module: &'a Module) -> impl Iterator<Item = (Place, usize)> + 'a {
    let imported = module.imports.iter().map(|import| (&import.path, import.line));
    let paths = imported.chain(module.paths.iter().map(|(path, line)| (path, *line)));
    paths.filter_map(move |(path, line)| Some((modules.absolute(place, path)?, line)))
}

fn violations(modules: &Modules, is_wrong: impl Fn(&str, &Place) -> bool) -> Vec<String> {
    let inside = modules.0.iter().filter(|(place, _)| !place.is_empty());
    let wrong = inside.flat_map(|(place, module)| {
        let ways = ways(modules, place, module).filter(|(way, _)| is_wrong(&place[0], way));
        ways.map(|(way, line)| format!("{}, line {line}: crate::{}", place.join("/"), way.join("::")))
            .collect::<Vec<_>>()
    });
    wrong.collect()
}

fn through_the_root(modules: &Modules) -> Vec<String> {
    let rooms = rooms(modules);
    violations(modules, |_, way| way.first().is_none_or(|first| !rooms.contains(first.as_str())))
}

fn out_of_the_kit(modules: &Modules) -> Vec<String> {
    violations(modules, |room, way| room == KIT && way.first().is_some_and(|first| first != KIT))
}

fn past_the_door(modules: &Modules) -> Vec<String> {
    let is_inside = |way: &Place| way.len() > 1 && modules.0.contains_key(&way[..2]);
    violations(modules, |room, way| way.first().is_some_and(|first| first != room) && is_inside(way))
}

#[test]
fn nothing_goes_through_the_root() {
    expect_none("imports through the crate's root:", through_the_root(&modules_of("application")));
    let braces = files_of("application").into_iter().flat_map(|(path, text)| {
        let tokens = rust::shipped(&text);
        let all = tokens.windows(4).filter(|four| four.iter().map(|token| token.text).eq(["use", "crate", "::", "{"]));
        all.map(|four| format!("{path}, line {}", four[0].line)).collect::<Vec<_>>()
    });
    expect_none("a line for each room (`use crate::kit::…`) instead of `use crate::{…}`:", braces);
}

#[test]
fn the_kit_knows_no_other_room() {
    expect_none("paths from kit into other rooms:", out_of_the_kit(&modules_of("application")));
}

#[test]
fn rooms_are_entered_by_their_doors() {
    expect_none("paths past another room's mod.rs:", past_the_door(&modules_of("application")));
}

#[test]
fn every_room_is_a_folder() {
    let folders = files::below("crates/application/src").into_iter();
    let loose = folders.filter(|file| file.path.split('/').count() == 4 && !file.path.ends_with("/lib.rs"));
    expect_none("files beside the rooms:", loose.map(|file| file.path));
}

#[test]
fn a_wrong_way_would_be_noticed() {
    let with = |text: &str| {
        let files = [
            ("lib.rs", "pub mod kit; pub mod session; pub use kit::Kit;"),
            ("kit/mod.rs", "mod halt; mod parts; pub use halt::Halt; pub use parts::Kit;"),
            ("kit/halt.rs", "pub struct Halt;"),
            ("session/mod.rs", "mod end; mod refresh; pub use end::End; pub use refresh::Refresh;"),
            ("session/refresh.rs", "use super::end::End; use crate::kit::Halt; pub struct Refresh;"),
        ];
        let (kit, end) = if text.contains("session") { (text, "") } else { ("", text) };
        Modules::of(files.into_iter().chain([("kit/parts.rs", kit), ("session/end.rs", end)]))
    };
    let rows = [
        ("use crate::kit::Halt; use super::refresh::Refresh;", [0, 0, 0]),
        ("use crate::Kit;", [1, 0, 0]),
        ("fn f() { crate::f() }", [1, 0, 0]),
        ("use crate::*;", [1, 0, 0]),
        ("use crate::kit::halt::Halt;", [0, 0, 1]),
        ("use crate::kit; fn f() -> kit::halt::Halt { kit::halt::Halt }", [0, 0, 2]),
        ("use crate::session::End;", [0, 1, 0]),
        ("fn f() { super::super::session::refresh() }", [0, 1, 1]),
    ];
    for (text, expected) in rows {
        let modules = with(text);
        let found = [through_the_root(&modules), out_of_the_kit(&modules), past_the_door(&modules)];
        assert_eq!(found.each_ref().map(Vec::len), expected, "{text}: {found:?}");
    }
}
