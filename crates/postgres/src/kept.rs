//! Statements that stay prepared.
//!
//! Diesel prepares an `UPDATE` anew at each execution, because what it sets may vary, and so does an upsert: a round trip
//! more, and the statement is parsed and planned again, which takes longer than what it does.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// A statement whose text varies little, so that it may stay prepared on a connection like any other.
pub(crate) struct Kept<S>(S);

/// Lets a statement stay prepared.
pub(crate) trait Keep: Sized {
    /// Keeps the statement prepared, under its text.
    fn kept(self) -> Kept<Self> {
        Kept(self)
    }
}

impl<S: QueryFragment<Pg>> Keep for S {}

impl<S: QueryFragment<Pg>> QueryFragment<Pg> for Kept<S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<S> QueryId for Kept<S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S: Query> Query for Kept<S> {
    type SqlType = S::SqlType;
}

impl<S> RunQueryDsl<PgConnection> for Kept<S> {}
