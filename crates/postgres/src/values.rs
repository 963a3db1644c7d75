//! Values and rows to insert, by themselves or as parts of a `WITH`, which Diesel's own builders cannot express.

use auth_domain::Timestamp;
use diesel::RunQueryDsl;
use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

/// A value of a column, sent separately from the statement's text.
pub(crate) enum Value<'a> {
    /// A `smallint`.
    SmallInt(Option<i16>),
    /// A `bigint`.
    BigInt(Option<i64>),
    /// A `text`.
    Text(Option<&'a str>),
    /// A `text` that is made for the row.
    OwnText(Option<String>),
    /// A `bytea`.
    Bytes(Option<&'a [u8]>),
    /// A `uuid`.
    Uuid(Option<Uuid>),
    /// A `jsonb`.
    Json(Option<&'a serde_json::Value>),
    /// A `timestamptz`.
    Time(Option<Timestamp>),
}

impl QueryFragment<Pg> for Value<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match self {
            Self::SmallInt(value) => out.push_bind_param::<Nullable<SmallInt>, _>(value),
            Self::BigInt(value) => out.push_bind_param::<Nullable<BigInt>, _>(value),
            Self::Text(value) => out.push_bind_param::<Nullable<Text>, _>(value),
            Self::OwnText(value) => out.push_bind_param::<Nullable<Text>, _>(value),
            Self::Bytes(value) => out.push_bind_param::<Nullable<Binary>, _>(value),
            Self::Uuid(value) => out.push_bind_param::<Nullable<SqlUuid>, _>(value),
            Self::Json(value) => out.push_bind_param::<Nullable<Jsonb>, _>(value),
            Self::Time(value) => out.push_bind_param::<Nullable<Timestamptz>, _>(value),
        }
    }
}

/// Writes `$1, $2, …`.
pub(crate) fn push_list<'b>(values: &'b [Value<'_>], out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    for (index, value) in values.iter().enumerate() {
        out.push_sql(if index == 0 { "" } else { ", " });
        value.walk_ast(out.reborrow())?;
    }
    Ok(())
}

/// A row to insert.
pub(crate) struct Row<'a> {
    /// The table with its columns, in the order of the values: `users (id, status, …)`.
    pub(crate) into: &'static str,
    /// The values, one per column.
    pub(crate) values: Vec<Value<'a>>,
}

impl Row<'_> {
    pub(crate) fn insert(&self, conn: &mut PgConnection) -> QueryResult<()> {
        self.execute(conn).map(drop)
    }

    /// Inserts the row unless it clashes with another one. Returns whether it did. If the other one is being inserted at
    /// this moment, it is waited for.
    pub(crate) fn insert_new(&self, conn: &mut PgConnection) -> QueryResult<bool> {
        Ok(InsertNew(self).execute(conn)? == 1)
    }

    /// Writes an insert that depends on an earlier part of the same `WITH` having returned a row.
    pub(crate) fn push_insert_if<'b>(&'b self, part: &str, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_sql(self.into);
        out.push_sql(" SELECT ");
        push_list(&self.values, out)?;
        out.push_sql(" FROM ");
        out.push_sql(part);
        Ok(())
    }
}

impl QueryFragment<Pg> for Row<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_sql(self.into);
        out.push_sql(" VALUES (");
        push_list(&self.values, &mut out)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for Row<'_> {
    type QueryId = ();
    /// The text depends on the table.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for &Row<'_> {}

struct InsertNew<'a>(&'a Row<'a>);

impl QueryFragment<Pg> for InsertNew<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" ON CONFLICT DO NOTHING");
        Ok(())
    }
}

impl QueryId for InsertNew<'_> {
    type QueryId = ();
    /// The text depends on the table.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for InsertNew<'_> {}
