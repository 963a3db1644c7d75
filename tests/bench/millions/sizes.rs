//! What tables take on disk, a user, a session or an event.

use crate::Failure;
use crate::database::Database;
use crate::report::{Report, say};

/// The index whose rows leave it once somebody reads events forward.
const UNREAD: &str = "events_without_position_idx";

/// The bytes of a table for each of what it is about.
struct Size {
    table: String,
    what: &'static str,
    heap: f64,
    with_indexes: f64,
}

/// The sizes of all tables that are not nearly empty.
pub(super) struct Sizes {
    tables: Vec<Size>,
    /// Those of [`UNREAD`], an event.
    unread: f64,
}

impl Sizes {
    /// Asks the database. Rows are counted, because more write events than fill that table.
    pub(super) fn of(database: &Database) -> Result<Self, Failure> {
        let count = |table: &str| number(database.run(&format!("SELECT count(*) FROM {table}"))?.as_deref());
        let (users, sessions, events) = (count("users")?, count("sessions")?, count("events")?);
        let rows = database.rows(
            "SELECT relname, pg_table_size(oid), pg_total_relation_size(oid) FROM pg_class \
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_total_relation_size(oid) > 1000000 \
             ORDER BY relname",
        )?;
        let mut tables = Vec::new();
        for row in rows {
            let [Some(table), heap, all] = row.as_slice() else { return Err("no sizes".into()) };
            let (what, each) = match table.as_str() {
                "events" => ("an event", events),
                "sessions" => ("a session", sessions),
                _ => ("a user", users),
            };
            let each = each.max(1.0);
            let (heap, with_indexes) = (number(heap.as_deref())? / each, number(all.as_deref())? / each);
            tables.push(Size { table: table.clone(), what, heap, with_indexes });
        }
        let unread = number(database.run(&format!("SELECT pg_relation_size('{UNREAD}')"))?.as_deref())?;
        Ok(Self { tables, unread: unread / events.max(1.0) })
    }

    pub(super) fn report(&self, report: &mut Report) {
        for Size { table, what, heap, with_indexes } in &self.tables {
            report.note(&format!("  {table}, bytes {what}"), format!("{heap:.0}, with indexes {with_indexes:.0}"));
        }
        report.note("bytes a user, without sessions and events", format!("{:.0}", self.of_users().1));
        report.note(&format!("  {UNREAD}, bytes an event"), format!("{:.0}: nobody read forward", self.unread));
    }

    /// Prints the table for docs/performance.md.
    pub(super) fn print_markdown(&self) {
        say("\n| table | of what | bytes | with indexes |\n| --- | --- | --- | --- |");
        for Size { table, what, heap, with_indexes } in &self.tables {
            say(&format!("| `{table}` | {what} | {heap:.0} | {with_indexes:.0} |"));
        }
        let (heap, with_indexes) = self.of_users();
        say(&format!("| all but `sessions` and `events` | a user | {heap:.0} | {with_indexes:.0} |"));
        say(&format!(
            "\nNobody had read events forward, so `{UNREAD}` held all of them: {:.0} of the bytes of an event.\n",
            self.unread
        ));
    }

    /// The bytes of a user in all tables together, without and with indexes.
    fn of_users(&self) -> (f64, f64) {
        let of_users = self.tables.iter().filter(|size| size.what == "a user");
        of_users.fold((0.0, 0.0), |(heap, all), size| (heap + size.heap, all + size.with_indexes))
    }
}

fn number(text: Option<&str>) -> Result<f64, Failure> {
    Ok(text.ok_or("no number")?.parse()?)
}
