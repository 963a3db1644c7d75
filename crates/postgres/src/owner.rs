//! Whom an identifier or an identity at a third party belongs to: whoever claimed it.

use auth_domain::external_identities::ProviderId;
use auth_domain::identifier::Identifier;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::layout::Layout;
use crate::schema::{identifier_claims, identity_claims};

/// The id of the owner, as an expression that is null if there is none. What the program before stored is claimed as soon
/// as the backfill has got to it; until then the rows of accounts are asked as well.
#[derive(Debug, Clone)]
pub(crate) struct Owner<const IDENTITY: bool> {
    first: String,
    second: String,
}

impl Owner<false> {
    pub(crate) fn of_identifier(identifier: &Identifier) -> Self {
        Self { first: identifier.kind().name().to_owned(), second: identifier.canonical().to_owned() }
    }
}

impl Owner<true> {
    pub(crate) fn of_identity(provider: &ProviderId, subject: &str) -> Self {
        Self { first: provider.as_str().to_owned(), second: subject.to_owned() }
    }
}

impl<const IDENTITY: bool> Owner<IDENTITY> {
    /// Finds the owner's id.
    pub(crate) fn find(&self, conn: &mut PgConnection, layout: Layout) -> QueryResult<Option<i64>> {
        match layout {
            Layout::Single => FindOwner(self).get_result(conn),
            Layout::Sharded => self.find_claim(conn),
        }
    }

    /// Asks the one node that decides.
    pub(crate) fn find_claim(&self, conn: &mut PgConnection) -> QueryResult<Option<i64>> {
        let key = (&self.first, &self.second);
        if IDENTITY {
            identity_claims::table.find(key).select(identity_claims::user_id).first(conn).optional()
        } else {
            identifier_claims::table.find(key).select(identifier_claims::user_id).first(conn).optional()
        }
    }

    fn push_key<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [first, second] = if IDENTITY { ["provider = ", "subject = "] } else { ["kind = ", "value = "] };
        out.push_sql(first);
        out.push_bind_param::<Text, _>(&self.first)?;
        out.push_sql(" AND ");
        out.push_sql(second);
        out.push_bind_param::<Text, _>(&self.second)
    }
}

impl<const IDENTITY: bool> QueryFragment<Pg> for Owner<IDENTITY> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [claims, held] =
            if IDENTITY { ["identity_claims", "external_identities"] } else { ["identifier_claims", "identifiers"] };
        out.push_sql("coalesce((SELECT user_id FROM ");
        out.push_sql(claims);
        out.push_sql(" WHERE ");
        self.push_key(&mut out)?;
        // PostgreSQL evaluates what follows only if there is no claim. Later there is no index for it.
        out.push_sql("), CASE WHEN EXISTS (SELECT FROM backfills WHERE done_at IS NULL) THEN (SELECT user_id FROM ");
        out.push_sql(held);
        out.push_sql(" WHERE ");
        self.push_key(&mut out)?;
        out.push_sql(") END)");
        Ok(())
    }
}

struct FindOwner<'a, const IDENTITY: bool>(&'a Owner<IDENTITY>);

impl<const IDENTITY: bool> QueryFragment<Pg> for FindOwner<'_, IDENTITY> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        self.0.walk_ast(out)
    }
}

impl<const IDENTITY: bool> QueryId for FindOwner<'_, IDENTITY> {
    type QueryId = FindOwner<'static, IDENTITY>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const IDENTITY: bool> Query for FindOwner<'_, IDENTITY> {
    type SqlType = Nullable<BigInt>;
}

impl<const IDENTITY: bool> RunQueryDsl<PgConnection> for FindOwner<'_, IDENTITY> {}
