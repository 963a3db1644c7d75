//! Whether connections are ours alone.

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;

/// How often it is looked. Once suffices for a pooler that lends what came back last, unless others are served
/// meanwhile; one that takes turns needs more.
const ROUNDS: usize = 4;

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// Whether a pooler hands a server's connection to each transaction: then one of ours gets the server's process that
/// another one has just used, or another process than before. Both connections must be idle, and are idle afterwards.
///
/// # Errors
/// The error of the database.
pub(super) fn is_by_transaction(one: &mut PgConnection, other: &mut PgConnection) -> QueryResult<bool> {
    let usual = backend(one)?;
    for _ in 0..ROUNDS {
        // The transaction keeps what it got, so the other connection cannot get the same meanwhile.
        other.batch_execute("BEGIN")?;
        let is_shared = backend(other)? == usual || backend(one)? != usual;
        other.batch_execute("ROLLBACK")?;
        if is_shared {
            return Ok(true);
        }
    }
    Ok(false)
}

fn backend(conn: &mut PgConnection) -> QueryResult<i32> {
    diesel::sql_query("SELECT pg_backend_pid() AS pid").get_result::<Backend>(conn).map(|backend| backend.pid)
}
