//! What an operator should know of a database, and what `ready` does not say.

use chrono::TimeDelta;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Integer, Text};

use auth_domain::Timestamp;

use crate::options::DatabaseOptions;
use crate::pool::{ConnectError, Opening, within};

/// A closer look at a database that can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// The server's version, such as 150004.
    pub version: i32,
    /// Whether it is a standby, to which nobody can write.
    pub is_standby: bool,
    /// The role that we are.
    pub role: String,
    /// Our tables on whose rows the role may not do everything.
    pub tables_without_rights: Vec<String>,
    /// Whether the role may create tables, as migrations do.
    pub may_create: bool,
    /// How many connections the server has for all of its clients.
    pub max_connections: i32,
    /// Whether the server's own log shows values of rows.
    pub logs_values: bool,
    /// How far the server's clock is ahead of ours.
    pub clock_ahead: TimeDelta,
}

/// Whether this program was built with TLS to the database.
pub const HAS_TLS: bool = cfg!(feature = "pg-tls");

#[derive(QueryableByName)]
struct Facts {
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Bool)]
    is_standby: bool,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Bool)]
    may_create: bool,
    #[diesel(sql_type = Integer)]
    max_connections: i32,
    #[diesel(sql_type = Bool)]
    logs_values: bool,
    #[diesel(sql_type = BigInt)]
    micros: i64,
}

const FACTS: &str = "SELECT current_setting('server_version_num')::integer AS version, \
    pg_is_in_recovery() AS is_standby, current_user::text AS role, \
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create, \
    current_setting('max_connections')::integer AS max_connections, \
    current_setting('log_error_verbosity') <> 'terse' AS logs_values, \
    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros";

/// Our tables are those of whoever owns `users`; others may be in the same schema.
const WITHOUT_RIGHTS: &str = "SELECT theirs.relname::text AS name FROM pg_class theirs \
    JOIN pg_class users ON users.relname = 'users' AND users.relnamespace = theirs.relnamespace \
        AND users.relowner = theirs.relowner \
    WHERE theirs.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) \
        AND theirs.relkind IN ('r', 'p') AND theirs.relname <> '__diesel_schema_migrations' \
        AND NOT (has_table_privilege(theirs.oid, 'SELECT') AND has_table_privilege(theirs.oid, 'INSERT') \
            AND has_table_privilege(theirs.oid, 'UPDATE') AND has_table_privilege(theirs.oid, 'DELETE')) \
    ORDER BY theirs.relname";

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Examination {
    /// Looks at a database, on connections of its own, while it is `now` here. It only reads. Blocking, for 15 s at most.
    ///
    /// # Errors
    /// Returns [`ConnectError`] if the database cannot be reached or does not say.
    pub fn of(options: &DatabaseOptions, now: impl Fn() -> Timestamp + Send + 'static) -> Result<Self, ConnectError> {
        let opening = Opening::new(options);
        within(move || Ok(Self::on(&mut opening.open()?, now)?))
    }

    fn on(conn: &mut PgConnection, now: impl Fn() -> Timestamp) -> QueryResult<Self> {
        let before = now();
        let facts: Facts = sql_query(FACTS).get_result(conn)?;
        let after = now();
        let without: Vec<Named> = sql_query(WITHOUT_RIGHTS).load(conn)?;
        let there = Timestamp::from_timestamp_micros(facts.micros).unwrap_or(after);
        Ok(Self {
            version: facts.version,
            is_standby: facts.is_standby,
            role: facts.role,
            tables_without_rights: without.into_iter().map(|table| table.name).collect(),
            may_create: facts.may_create,
            max_connections: facts.max_connections,
            logs_values: facts.logs_values,
            // The answer was given at some moment between the two.
            clock_ahead: there - (before + (after - before) / 2),
        })
    }
}
