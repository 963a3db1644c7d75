//! What an operator should know of a PostgreSQL.

use auth_extension::Remark;
use auth_postgres::Examination;
use chrono::TimeDelta;

/// The oldest version whose SQL is enough.
const OLDEST: i32 = 150_000;
/// How far clocks may be apart, as limits and sessions assume.
const SKEW: TimeDelta = TimeDelta::seconds(5);

/// What is not as it should be, if the service takes so many connections, and runs migrations at its start or not.
pub(crate) fn remarks(found: &Examination, pool_size: u32, migrates: bool) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut problem = |found: String, mend: String| remarks.push(Remark { is_problem: true, found, mend });
    if found.version < OLDEST {
        problem(format!("it is version {}", found.version / 10_000), "PostgreSQL 15 or newer is needed".to_owned());
    }
    if found.is_standby {
        let mend = "Name the primary in database.url, or several hosts with target_session_attrs=read-write";
        problem("this server is a standby, to which nothing can be written".to_owned(), mend.to_owned());
    }
    if !found.tables_without_rights.is_empty() {
        let (role, tables) = (&found.role, found.tables_without_rights.join(", "));
        let mend = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}");
        problem(format!("the role {role} may not read and write all rows of {tables}"), mend);
    }
    if migrates && !found.may_create {
        let mend = "Let another role run `auth-server migrate`, and set database.migrate = false; or GRANT CREATE ON \
            SCHEMA public";
        problem(
            format!("the start runs migrations, and the role {} may not create tables", found.role),
            mend.to_owned(),
        );
    }
    if found.clock_ahead.abs() > SKEW {
        let (by, way) = (
            found.clock_ahead.abs().num_seconds(),
            if found.clock_ahead < TimeDelta::zero() { "behind" } else { "ahead of" },
        );
        let mend = "Synchronise the clocks of both machines (NTP)";
        problem(format!("its clock is {by} s {way} this machine's"), mend.to_owned());
    }
    if i64::from(pool_size) > i64::from(found.max_connections) {
        let mend = "Lower database.pool_size, or raise max_connections; all instances together must fit";
        let said = format!("it takes {} connections, and this instance wants {pool_size}", found.max_connections);
        problem(said, mend.to_owned());
    }
    if found.logs_values {
        let mend = "Set log_error_verbosity = terse there";
        let found = "its own log shows values of rows that clash, addresses among them".to_owned();
        remarks.push(Remark { is_problem: false, found, mend: mend.to_owned() });
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Examination {
        Examination {
            version: 150_004,
            is_standby: false,
            role: "auth".to_owned(),
            tables_without_rights: Vec::new(),
            may_create: false,
            max_connections: 100,
            logs_values: false,
            clock_ahead: TimeDelta::seconds(5),
        }
    }

    #[test]
    fn each_fault_is_named_with_its_mend() {
        assert_eq!(remarks(&good(), 100, false), []);
        for (found, pool_size, migrates, said, mend) in [
            (Examination { version: 140_011, ..good() }, 8, false, "version 14", "15 or newer"),
            (Examination { is_standby: true, ..good() }, 8, false, "a standby", "target_session_attrs"),
            (
                Examination { tables_without_rights: vec!["proofs".to_owned()], ..good() },
                8,
                false,
                "of proofs",
                "TO auth",
            ),
            (good(), 8, true, "may not create tables", "GRANT CREATE"),
            (Examination { clock_ahead: TimeDelta::seconds(-6), ..good() }, 8, false, "6 s behind", "NTP"),
            (good(), 101, false, "100 connections", "pool_size"),
            (Examination { logs_values: true, ..good() }, 8, false, "its own log", "terse"),
        ] {
            let remarks = remarks(&found, pool_size, migrates);
            let [one] = &remarks[..] else { panic!("{said}: {remarks:?}") };
            assert!(one.found.contains(said) && one.mend.contains(mend), "{one:?}");
        }
    }
}
