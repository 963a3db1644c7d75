//! Proofs on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::identifier::Identifier;
use auth_domain::proofs::{NewProof, Proof, ProofHash};
use auth_domain::users::UserId;
use auth_ports::{CreateProofError, ProofStore, StoreError};
use diesel::prelude::*;

use crate::PostgresStores;
use crate::constraints::{self, refused_by};
use crate::rows::ProofRow;
use crate::schema::proofs;

#[async_trait]
impl ProofStore for PostgresStores {
    async fn create(&self, proof: NewProof) -> Result<(), CreateProofError> {
        self.database
            .transaction(move |conn| {
                insert_proof_in_txn(conn, &proof)
                    .map_err(|error| refused_by(error, constraints::PROOF_EVIDENCE, CreateProofError::EvidenceUsed))
            })
            .await
    }

    async fn find_held(
        &self,
        holder: UserId,
        address: &Identifier,
        now: Timestamp,
    ) -> Result<Option<Proof>, StoreError> {
        let (kind, value) = (address.kind().name(), address.canonical().to_owned());
        let row: Option<ProofRow> = self
            .database
            .statement(move |conn| {
                proofs::table
                    .filter(proofs::holder_user_id.eq(holder.as_i64()))
                    .filter(proofs::address_kind.eq(kind))
                    .filter(proofs::address_value.eq(&value))
                    .filter(proofs::spent_at.is_null())
                    .filter(proofs::expires_at.gt(now))
                    .order(proofs::created_at.desc())
                    .select(ProofRow::as_select())
                    .first(conn)
                    .optional()
            })
            .await?;
        row.map(|row| row.into_proof(&self.schemes)).transpose()
    }

    async fn find(&self, hash: &ProofHash) -> Result<Option<Proof>, StoreError> {
        let hash = *hash.as_bytes();
        let row: Option<ProofRow> = self
            .database
            .statement(move |conn| proofs::table.find(&hash[..]).select(ProofRow::as_select()).first(conn).optional())
            .await?;
        row.map(|row| row.into_proof(&self.schemes)).transpose()
    }
}

pub(crate) fn insert_proof_in_txn(conn: &mut PgConnection, proof: &NewProof) -> QueryResult<()> {
    diesel::insert_into(proofs::table).values(ProofRow::from(proof)).execute(conn).map(drop)
}

/// What spends proofs.
pub(crate) struct Payment<'a> {
    /// The proofs.
    pub(crate) proofs: &'a [ProofHash],
    /// For whose account.
    pub(crate) user: UserId,
    /// Keyed hash of the request.
    pub(crate) fingerprint: &'a [u8; 32],
    /// When.
    pub(crate) at: Timestamp,
}

/// Spends all proofs, or says that one cannot be (and the caller rolls back). In the order of their
/// hashes, so that two requests with the same proofs never wait for each other in a circle.
pub(crate) fn spend_proofs_in_txn(conn: &mut PgConnection, payment: &Payment<'_>) -> QueryResult<bool> {
    let mut hashes: Vec<_> = payment.proofs.iter().collect();
    hashes.sort_unstable();
    for hash in hashes {
        let spendable = proofs::table
            .find(&hash.as_bytes()[..])
            .filter(proofs::spent_at.is_null())
            .filter(proofs::expires_at.gt(payment.at));
        let spent = diesel::update(spendable)
            .set((
                proofs::spent_at.eq(payment.at),
                proofs::spent_user_id.eq(payment.user.as_i64()),
                proofs::spent_fingerprint.eq(&payment.fingerprint[..]),
            ))
            .execute(conn)?;
        if spent == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}
