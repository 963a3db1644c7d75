//! What the schema demands of a program that does not know all of its steps.

use diesel::pg::PgConnection;
use diesel::prelude::*;

use super::record::exists;

diesel::table! {
    /// One row for each step after which older programs would go wrong.
    schema_requirements (step) {
        /// The digits at the beginning of the step's name.
        step -> Text,
        /// The oldest version of this program that works with the step.
        oldest_program -> Text,
    }
}

/// Of this program. A program of a team's own counts by the version of ours in it.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Returns the oldest version that works with a schema in which `unknown` steps have run, if this one is older. It only
/// reads, and where every step is known it does not even do that.
pub(super) fn needed(conn: &mut PgConnection, unknown: &[String]) -> QueryResult<Option<String>> {
    if unknown.is_empty() || !exists(conn, "schema_requirements")? {
        return Ok(None);
    }
    let of_unknown = schema_requirements::step.eq_any(unknown);
    let demanded: Vec<String> =
        schema_requirements::table.filter(of_unknown).select(schema_requirements::oldest_program).load(conn)?;
    Ok(demanded.into_iter().filter(|oldest| !serves(VERSION, oldest)).max_by_key(|oldest| numbers(oldest)))
}

/// Whether a program is not older than `oldest`. What cannot be read is newer than any program.
fn serves(program: &str, oldest: &str) -> bool {
    numbers(oldest).is_some_and(|oldest| numbers(program).is_some_and(|program| program >= oldest))
}

/// The three numbers of a version, without what may follow them (Semantic Versioning 2.0.0, section 2).
fn numbers(version: &str) -> Option<[u64; 3]> {
    let core = version.split(['-', '+']).next()?;
    let numbers: Vec<u64> = core.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    numbers.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_serves_what_does_not_need_a_newer_one() {
        for (program, oldest, expected) in [
            ("0.1.0", "0.1.0", true),
            ("0.10.0", "0.9.3", true),
            ("1.0.0-rc.1", "1.0.0", true),
            ("0.1.0", "0.1.1", false),
            ("0.9.9", "1.0.0", false),
            ("0.1.0", "next", false),
            ("0.1.0", "1.0", false),
        ] {
            assert_eq!(serves(program, oldest), expected, "{program} on a schema that needs {oldest}");
        }
    }
}
