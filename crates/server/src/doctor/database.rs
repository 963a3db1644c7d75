//! The database, or what stands in its place.

use auth_extension::{Condition, Storage};
use auth_settings::Settings;

use super::report::Report;

const UNREACHABLE: &str = "See that it runs and lets this machine in (pg_hba.conf), and that host, port, user, password \
    and database in database.url (AUTH__DATABASE__URL) are right";
const READ_ONLY: &str = "Another server may be the primary one now: name that one in database.url, or several hosts with \
    target_session_attrs=read-write";

/// Says how it is. Returns its condition if stores can be made on it.
pub(super) fn examine(report: &mut Report, settings: &Settings, storage: &dyn Storage) -> Option<Condition> {
    if let Some(suspicion) = settings.database.url.as_ref().and_then(|url| url.suspicion()) {
        report.warn("database.url", suspicion, None);
    }
    let name = storage.name();
    let condition = match storage.condition() {
        Ok(condition) => condition,
        Err(problem) => {
            report.problem(name, problem.to_string(), Some(UNREACHABLE));
            return None;
        }
    };
    report.ok(name, described(&condition));
    if let Some(problem) = &condition.unfit {
        report.problem(name, problem.to_string(), None);
    }
    if let Some(next) = &condition.unfinished {
        report.ok("upgrade", next.as_str());
    }
    if condition.is_read_only {
        report.problem(name, "the database is read only", Some(READ_ONLY));
    }
    if !condition.pending.is_empty() && !settings.database.migrate {
        report.problem(name, "migrations are pending: run `auth-server migrate`", None);
    }
    match storage.examine() {
        Err(problem) => report.warn(name, format!("it cannot be looked at more closely: {problem}"), None),
        Ok(remarks) => {
            for remark in remarks {
                let mend = Some(remark.mend.as_str());
                if remark.is_problem {
                    report.problem(name, remark.found, mend);
                } else {
                    report.warn(name, remark.found, mend);
                }
            }
        }
    }
    condition.unfit.is_none().then_some(condition)
}

/// The condition of a storage that answers.
fn described(condition: &Condition) -> String {
    let schema = match (&condition.unfit, condition.pending.len()) {
        (Some(_), _) => "cannot be used as it is set up".to_owned(),
        (None, 0) if !condition.unknown.is_empty() => "schema is newer than this program, which serves it".to_owned(),
        (None, 0) => "schema is current".to_owned(),
        (None, steps) => format!("{steps} migrations are pending"),
    };
    let read_only = if condition.is_read_only { ", read only" } else { "" };
    format!("reachable, {schema}{read_only}")
}
