//! Verifications on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::identifier::Schemes;
use auth_domain::origin::Requester;
use auth_domain::proofs::NewProof;
use auth_domain::sends::{PastSend, SendDecision, decide_send, remember};
use auth_domain::verifications::{CountedTry, Guessed, Verification, VerificationId};
use auth_ports::{Failure, SendOutcome, SendRequest, VerificationStore};
use diesel::prelude::*;
use uuid::Uuid;

use crate::PostgresStores;
use crate::messages::queue_code_in_txn;
use crate::proofs::insert_proof_in_txn;
use crate::rows::{Corrupt, corrupt};
use crate::schema::verifications;
use crate::send_budgets::{lock_budget_in_txn, store_budget_in_txn};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = verifications)]
struct VerificationRow {
    id: Uuid,
    kind: String,
    value: String,
    shown: String,
    client_id: String,
    requester: String,
    holder_user_id: Option<i64>,
    created_at: Timestamp,
    expires_at: Timestamp,
    last_sent_at: Timestamp,
    tries: i16,
    verified_at: Option<Timestamp>,
    guessed_at: Option<String>,
}

impl VerificationRow {
    fn into_verification(self, schemes: &Schemes) -> Result<Verification, Corrupt> {
        Ok(Verification {
            id: VerificationId::from_uuid(self.id),
            address: schemes.restore(&self.kind, self.value, self.shown).ok_or_else(|| corrupt("address"))?,
            client: ClientId::parse(&self.client_id).map_err(|_| corrupt("client id"))?,
            requester: Requester::from_stored(self.requester),
            holder: self.holder_user_id.map(UserId::from_i64),
            guessed: self.guessed_at.map(Guessed::from_stored),
            created_at: self.created_at,
            expires_at: self.expires_at,
            last_sent_at: self.last_sent_at,
            // This relies on verifications_tries_check.
            tries: u16::try_from(self.tries).map_err(|_| corrupt("number of tries"))?,
            verified_at: self.verified_at,
        })
    }
}

#[async_trait]
impl VerificationStore for PostgresStores {
    async fn request(&self, request: SendRequest) -> Result<SendOutcome, Failure> {
        let schemes = self.schemes.clone();
        self.database.transaction(move |conn| request_in_txn(conn, &request, &schemes)).await
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
            diesel::update(tried).set(verifications::tries.eq(verifications::tries - 1)).execute(conn).map(drop)
        };
        self.database.statement_once(give_back).await
    }

    async fn prove(&self, id: VerificationId, proof: NewProof) -> Result<bool, Failure> {
        self.database
            .transaction(move |conn| {
                let unverified = verifications::table.find(id.as_uuid()).filter(verifications::verified_at.is_null());
                let marked =
                    diesel::update(unverified).set(verifications::verified_at.eq(proof.created_at)).execute(conn)?;
                if marked == 1 {
                    insert_proof_in_txn(conn, &proof)?;
                }
                Ok(marked == 1)
            })
            .await
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

fn request_in_txn(conn: &mut PgConnection, request: &SendRequest, schemes: &Schemes) -> QueryResult<SendOutcome> {
    let sends = lock_budget_in_txn(conn, &request.address)?;
    let latest = latest_in_txn(conn, request)?.map(|row| row.into_verification(schemes)).transpose()?;
    let (share, row) = match decide_send(&request.policy, latest.as_ref(), &request.ask, &sends, request.now) {
        SendDecision::CoolingDown { retry_after } => return Ok(SendOutcome::CoolingDown { retry_after }),
        SendDecision::TooMany { retry_after } => return Ok(SendOutcome::TooMany { retry_after }),
        SendDecision::Fresh(share) => (share, insert_fresh_in_txn(conn, request)?),
        SendDecision::Again(share) => (share, mark_sent_in_txn(conn, request, latest.as_ref())?),
    };
    let verification = row.into_verification(schemes)?;
    let send = PastSend { at: request.now, share, sender: request.ask.sender };
    store_budget_in_txn(conn, &request.address, &remember(&request.policy, sends, send))?;
    queue_code_in_txn(conn, request, &verification)?;
    Ok(SendOutcome::Queued(Box::new(verification)))
}

fn latest_in_txn(conn: &mut PgConnection, request: &SendRequest) -> QueryResult<Option<VerificationRow>> {
    verifications::table
        .filter(verifications::kind.eq(request.address.kind().name()))
        .filter(verifications::value.eq(request.address.canonical()))
        .filter(verifications::requester.eq(request.requester.as_str()))
        .filter(verifications::client_id.eq(request.client.as_str()))
        // If two were created at the same instant, the later one has fewer tries, because the earlier one was used
        // up.
        .order((verifications::created_at.desc(), verifications::tries.asc()))
        .select(VerificationRow::as_select())
        .first(conn)
        .optional()
}

fn insert_fresh_in_txn(conn: &mut PgConnection, request: &SendRequest) -> QueryResult<VerificationRow> {
    let row = VerificationRow {
        id: request.id.as_uuid(),
        kind: request.address.kind().name().to_owned(),
        value: request.address.canonical().to_owned(),
        shown: request.address.shown().to_owned(),
        client_id: request.client.as_str().to_owned(),
        requester: request.requester.as_str().to_owned(),
        holder_user_id: request.ask.holder.map(UserId::as_i64),
        created_at: request.now,
        expires_at: request.now + request.policy.code_ttl,
        last_sent_at: request.now,
        tries: 0,
        verified_at: None,
        guessed_at: request.guessed.as_ref().map(|guessed| guessed.as_str().to_owned()),
    };
    diesel::insert_into(verifications::table).values(&row).execute(conn)?;
    Ok(row)
}

fn mark_sent_in_txn(
    conn: &mut PgConnection,
    request: &SendRequest,
    latest: Option<&Verification>,
) -> QueryResult<VerificationRow> {
    let id = latest.map_or(Uuid::nil(), |verification| verification.id.as_uuid());
    diesel::update(verifications::table.find(id))
        .set(verifications::last_sent_at.eq(request.now))
        .returning(VerificationRow::as_returning())
        .get_result(conn)
}
