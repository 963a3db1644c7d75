//! The migrated databases of which tests get clones.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::sync::OnceLock;

use auth_postgres::testing::TestConnection;
use auth_postgres::{DISTRIBUTIONS, Layout, Migrations};

use super::layout::{LAYOUTS, word};
use super::server::{Server, administer, server};
use super::stand_in::{PARTITIONS, partition};

/// Serialises the creation of the template on a server that others may use, too.
const TEMPLATE_LOCK: &str = "SELECT pg_advisory_lock(7100313008012005)";

/// The name of the migrated template of this layout, which is created first if it is missing.
pub(super) fn template(layout: Layout) -> &'static str {
    static TEMPLATES: [OnceLock<String>; LAYOUTS] = [OnceLock::new(), OnceLock::new()];
    TEMPLATES[layout as usize].get_or_init(|| {
        let name = format!("auth_{}_{:016x}", word(layout), schema_fingerprint(layout));
        let ensure = || ensure_template(&name, layout);
        match server() {
            Server::Cluster(cluster) => cluster.exclusively(ensure).expect("the lock can be taken"),
            Server::Named(_) => {
                let mut lock = administer();
                lock.execute(TEMPLATE_LOCK).expect("the lock can be taken");
                ensure();
            }
        }
        name
    })
}

/// Creates the template under another name and then renames it, so that nobody ever clones half a schema.
fn ensure_template(name: &str, layout: Layout) {
    let mut admin = administer();
    let found = admin.rows(&format!("SELECT 1 FROM pg_database WHERE datname = '{name}'")).expect("a catalogue");
    if !found.is_empty() {
        return;
    }
    let unfinished = format!("{name}_unfinished");
    let mut run = |sql: String| admin.execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    run(format!("DROP DATABASE IF EXISTS \"{unfinished}\" WITH (FORCE)"));
    run(format!("CREATE DATABASE \"{unfinished}\" TEMPLATE template0"));
    let url = server().url(&unfinished);
    Migrations::ours().migrate(&url).expect("the migrations run");
    if layout == Layout::Sharded {
        let mut connection = TestConnection::open(&url).expect("a connection to the template");
        partition(&mut connection).unwrap_or_else(|error| panic!("the tables are not partitioned: {error}"));
    }
    run(format!("ALTER DATABASE \"{unfinished}\" RENAME TO \"{name}\""));
}

/// A fingerprint that changes with the migrations and the layout, so that a change leads to a new template.
fn schema_fingerprint(layout: Layout) -> u64 {
    let folders = ["../migrations", "../crates/postgres/contract"];
    let folders = folders.map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    let steps = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("the migrations"));
    let mut steps: Vec<_> = steps.flatten().map(|entry| entry.path()).collect();
    steps.sort();
    let mut hasher = DefaultHasher::new();
    for step in steps.iter().filter(|step| step.is_dir()) {
        step.file_name().hash(&mut hasher);
        std::fs::read(step.join("up.sql")).expect("a migration has up.sql").hash(&mut hasher);
    }
    if layout == Layout::Sharded {
        format!("{DISTRIBUTIONS:?} {PARTITIONS}").hash(&mut hasher);
    }
    hasher.finish()
}
