//! Verifications on PostgreSQL.

mod budget;
mod by_rows;
mod prove;
mod row;
mod send;
mod statements;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::clients::ClientId;
use auth_domain::proofs::{NewProof, ProofSubject};
use auth_domain::verifications::{CountedTry, VerificationId};
use auth_ports::{Failure, SendOutcome, SendRequest, VerificationStore};
use diesel::prelude::*;

use self::prove::Prove;
use self::row::VerificationRow;
use self::send::Sending;
use crate::PostgresStores;
use crate::kept::Keep as _;
use crate::layout::Layout;
use crate::proofs::is_stored;
use crate::rows::ProofRow;
use crate::schema::verifications;

#[async_trait]
impl VerificationStore for PostgresStores {
    async fn request(&self, request: SendRequest) -> Result<SendOutcome, Failure> {
        let sending = Sending::new(request, self.schemes.clone());
        match self.layout {
            Layout::Single => self.database.statement(move |conn| sending.attempt(conn)).await,
            Layout::Sharded => self.database.transaction(move |conn| by_rows::send_in_txn(&sending, conn)).await,
        }
    }

    async fn count_try(
        &self,
        id: VerificationId,
        client: &ClientId,
        max_tries: u16,
        now: Timestamp,
    ) -> Result<CountedTry, Failure> {
        let max = i16::try_from(max_tries).unwrap_or(i16::MAX);
        let owner = client.clone();
        let counted: Option<VerificationRow> = self
            .database
            .statement(move |conn| {
                let open = verifications::table
                    .find(id.as_uuid())
                    .filter(verifications::client_id.eq(owner.as_str()))
                    .filter(verifications::tries.lt(max))
                    .filter(verifications::expires_at.gt(now))
                    .filter(verifications::verified_at.is_null());
                diesel::update(open)
                    .set(verifications::tries.eq(verifications::tries + 1))
                    .returning(VerificationRow::as_returning())
                    .kept()
                    .get_result(conn)
                    .optional()
            })
            .await?;
        match counted {
            Some(row) => Ok(CountedTry::Counted(Box::new(row.into_verification(&self.schemes)?))),
            None => self.why_closed(id, client, now).await,
        }
    }

    async fn return_try(&self, id: VerificationId) -> Result<(), Failure> {
        let give_back = move |conn: &mut PgConnection| {
            let tried = verifications::table
                .find(id.as_uuid())
                .filter(verifications::tries.gt(0))
                .filter(verifications::verified_at.is_null());
            diesel::update(tried).set(verifications::tries.eq(verifications::tries - 1)).kept().execute(conn).map(drop)
        };
        self.database.statement_once(give_back).await
    }

    async fn prove(&self, id: VerificationId, proof: NewProof, at: Timestamp) -> Result<bool, Failure> {
        if self.layout == Layout::Sharded {
            return self.database.transaction(move |conn| by_rows::prove_in_txn(conn, id, &proof, at)).await;
        }
        if !matches!(proof.subject, ProofSubject::Address(_)) {
            return Err(Failure::internal("a code proves control of an address"));
        }
        let proof = ProofRow::from(&proof);
        let prove = move |conn: &mut PgConnection| {
            // An earlier attempt may have been stored although its answer was lost.
            Ok(Prove::new(id, at, &proof).execute(conn)? == 1 || is_stored(conn, &proof)?)
        };
        self.database.statement(prove).await
    }
}

impl PostgresStores {
    /// Finds out why a try was not counted. Every closed state is final, so looking afterwards is safe.
    async fn why_closed(&self, id: VerificationId, client: &ClientId, now: Timestamp) -> Result<CountedTry, Failure> {
        let row: Option<VerificationRow> = self
            .database
            .statement(move |conn| {
                verifications::table.find(id.as_uuid()).select(VerificationRow::as_select()).first(conn).optional()
            })
            .await?;
        Ok(match row {
            Some(row) if row.client_id != client.as_str() => CountedTry::Unknown,
            Some(row) if row.verified_at.is_some() => CountedTry::AlreadyVerified,
            Some(row) if row.expires_at <= now => CountedTry::Expired,
            Some(_) => CountedTry::Exhausted,
            None => CountedTry::Unknown,
        })
    }
}
