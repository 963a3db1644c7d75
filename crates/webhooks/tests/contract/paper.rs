//! What `docs/events.md` says of each event is what is done.

use std::collections::BTreeMap;
use std::path::Path;

use auth_domain::clients::ClientId;
use auth_domain::events::EventKind;
use auth_domain::outbox::{OutgoingEvent, OutgoingKind};

use crate::schema::{assert_fits, posted, schema};
use crate::support::full_event;

/// The rows of the table under a heading, as the names in code in each cell.
fn table(heading: &str) -> Vec<Vec<Vec<String>>> {
    let paper = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/events.md");
    let paper = std::fs::read_to_string(paper).expect("the paper is there");
    let (_, rest) = paper.split_once(&format!("\n{heading}\n")).expect("the heading is there");
    let section = rest.split("\n#").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| row.trim_matches('|').split('|').map(names).collect()).collect()
}

fn names(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn each_kind_is_told_as_the_table_says() {
    let mut told = BTreeMap::new();
    for row in table("### What it is recorded as") {
        for recorded in &row[0] {
            assert_eq!(told.insert(recorded.clone(), row[1].first().cloned()), None, "{recorded} is there twice");
        }
    }
    let expected: BTreeMap<_, _> = EventKind::ALL
        .into_iter()
        .map(|kind| (kind.name().to_owned(), OutgoingKind::of(kind).map(|told| told.name().to_owned())))
        .collect();
    assert_eq!(told, expected, "left: in the table, right: what is done");
}

#[test]
fn the_parts_of_every_event_are_described() {
    let mut described: Vec<_> =
        table("### Parts of each event").into_iter().flat_map(|mut row| row.remove(0)).collect();
    described.sort_unstable();
    let mut all: Vec<_> = OutgoingKind::ALL.map(|kind| kind.name().to_owned()).into();
    all.sort_unstable();
    assert_eq!(described, all);
}

/// Nothing that users or operators choose makes a body too big: the name of a key has 64 characters at most, and a
/// client's id too. Control characters are the longest in JSON.
#[tokio::test]
async fn the_longest_event_is_as_described() {
    let event = OutgoingEvent {
        actor: format!("operator:{}", "\u{1}".repeat(64)),
        method: Some("\u{1}".repeat(256)),
        client: Some(ClientId::parse(&"c".repeat(64)).expect("the longest id")),
        ..full_event()
    };
    for kind in OutgoingKind::ALL {
        assert_fits(&schema("An event"), &posted(&OutgoingEvent { kind, ..event.clone() }).await);
    }
}
