//! What a code earns.

use auth_domain::accounts::UserId;
use auth_domain::identifier::Identifier;
use auth_domain::proofs::NewProof;
use auth_domain::verifications::VerificationId;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::values::{Row, Value};

/// Marks a verification as verified and stores its proof, both or neither.
pub(super) struct Prove<'a> {
    verification: Uuid,
    proof: &'a NewProof,
    row: Row<'a>,
}

impl<'a> Prove<'a> {
    /// `proven` is the address that the proof is of.
    pub(super) fn new(verification: VerificationId, proof: &'a NewProof, proven: &'a Identifier) -> Self {
        let row = Row {
            into: "proofs (hash, subject, client_id, created_at, expires_at, holder_user_id, address_kind, \
                   address_value, address_shown)",
            values: vec![
                Value::Bytes(Some(proof.hash.as_bytes())),
                Value::Text(Some("address")),
                Value::Text(Some(proof.client.as_str())),
                Value::Time(Some(proof.created_at)),
                Value::Time(Some(proof.expires_at)),
                Value::BigInt(proof.holder.map(UserId::as_i64)),
                Value::Text(Some(proven.kind().name())),
                Value::Text(Some(proven.canonical())),
                Value::Text(Some(proven.shown())),
            ],
        };
        Self { verification: verification.as_uuid(), proof, row }
    }
}

impl QueryFragment<Pg> for Prove<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH marked AS (UPDATE verifications SET verified_at = ");
        out.push_bind_param::<Timestamptz, _>(&self.proof.created_at)?;
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
