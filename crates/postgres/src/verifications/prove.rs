//! What a code earns.

use auth_domain::Timestamp;
use auth_domain::verifications::VerificationId;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::rows::ProofRow;
use crate::values::Row;

/// Marks a verification as verified and stores its proof, both or neither.
pub(super) struct Prove<'a> {
    verification: Uuid,
    at: Timestamp,
    row: Row<'a>,
}

impl<'a> Prove<'a> {
    pub(super) fn new(verification: VerificationId, at: Timestamp, proof: &'a ProofRow) -> Self {
        Self { verification: verification.as_uuid(), at, row: proof.unspent_row() }
    }
}

impl QueryFragment<Pg> for Prove<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH marked AS (UPDATE verifications SET verified_at = ");
        out.push_bind_param::<Timestamptz, _>(&self.at)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<SqlUuid, _>(&self.verification)?;
        out.push_sql(" AND verified_at IS NULL RETURNING id) ");
        self.row.push_insert_if("marked", &mut out)
    }
}

impl QueryId for Prove<'_> {
    type QueryId = Prove<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for Prove<'_> {}
