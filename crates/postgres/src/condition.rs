//! What a database says of itself before it is used.

use diesel::QueryResult;
use diesel::dsl::sql;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::migrations::Unfinished;
use crate::options::DatabaseOptions;
use crate::pool::{ConnectError, Opening, within};
use crate::{Migrations, SchemaStanding};

/// The condition of a database that can be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseCondition {
    /// How its schema compares with what this program knows.
    pub schema: SchemaStanding,
    /// Whether nothing can be written: the server is a standby, or was told so.
    pub is_read_only: bool,
    /// What is left to do while the schema also serves the program before this one.
    pub unfinished: Option<Unfinished>,
}

impl DatabaseCondition {
    /// Looks at a database, on connections of its own. It only reads. Blocking, for 15 s at most.
    ///
    /// # Errors
    /// Returns [`ConnectError::Shared`] if the connections are not ours alone and would have to be, and the other
    /// errors if the database cannot be reached.
    pub fn of(options: &DatabaseOptions, migrations: &Migrations) -> Result<Self, ConnectError> {
        let (opening, migrations) = (Opening::new(options), migrations.clone());
        within(move || {
            let mut conn = opening.open()?;
            Ok(Self {
                is_read_only: is_read_only(&mut conn)?,
                schema: migrations.standing(&mut conn)?,
                unfinished: migrations.unfinished_on(&mut conn)?,
            })
        })
    }
}

/// Whether nothing can be written now. During recovery this is so whatever is set.
pub(crate) fn is_read_only(conn: &mut PgConnection) -> QueryResult<bool> {
    diesel::select(sql::<Bool>("current_setting('transaction_read_only')::boolean")).get_result(conn)
}
