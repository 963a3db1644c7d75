//! Proofs on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::clients::ClientId;
use auth_domain::identifier::Identifier;
use auth_domain::payment::Payment;
use auth_domain::proofs::{NewProof, Proof, ProofHash, RequiredProof};
use auth_ports::{CreateProofRefusal, Failure, Halt, ProofStore, TradeProof, TradeProofRefusal, refuse};
use diesel::dsl::exists;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};

use crate::PostgresStores;
use crate::database::Abort;
use crate::layout::Layout;
use crate::rows::ProofRow;
use crate::schema::proofs;
use crate::values::{Row, Value, push_list};

#[async_trait]
impl ProofStore for PostgresStores {
    async fn create(&self, proof: NewProof) -> Result<(), Halt<CreateProofRefusal>> {
        let proof = ProofRow::from(&proof);
        if self.layout == Layout::Sharded {
            return self.database.transaction_or_refusal(move |conn| create_in_txn(conn, &proof)).await;
        }
        let is_created = self.database.statement(move |conn| create_on_conn(conn, &proof)).await?;
        if is_created { Ok(()) } else { refuse(CreateProofRefusal::EvidenceUsed) }
    }

    async fn trade(&self, trade: TradeProof) -> Result<(), Halt<TradeProofRefusal>> {
        self.database
            .transaction_or_refusal(move |conn| {
                if !spend_in_txn(conn, Some(&trade.payment), trade.user, trade.at)? {
                    return refuse(TradeProofRefusal::ProofUnusable);
                }
                Ok(insert_proof_in_txn(conn, &trade.proof)?)
            })
            .await
    }

    async fn find_held(
        &self,
        holder: UserId,
        client: &ClientId,
        address: &Identifier,
        now: Timestamp,
    ) -> Result<Option<Proof>, Failure> {
        let client = client.clone();
        let (kind, value) = (address.kind().name(), address.canonical().to_owned());
        let row: Option<ProofRow> = self
            .database
            .statement(move |conn| {
                proofs::table
                    .filter(proofs::holder_user_id.eq(holder.as_i64()))
                    .filter(proofs::client_id.eq(client.as_str()))
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
        Ok(row.map(|row| row.into_proof(&self.schemes)).transpose()?)
    }

    async fn find(&self, hash: &ProofHash) -> Result<Option<Proof>, Failure> {
        let hash = *hash.as_bytes();
        let row: Option<ProofRow> = self
            .database
            .statement(move |conn| proofs::table.find(&hash[..]).select(ProofRow::as_select()).first(conn).optional())
            .await?;
        Ok(row.map(|row| row.into_proof(&self.schemes)).transpose()?)
    }
}

pub(crate) fn insert_proof_in_txn(conn: &mut PgConnection, proof: &NewProof) -> QueryResult<()> {
    diesel::insert_into(proofs::table).values(ProofRow::from(proof)).execute(conn).map(drop)
}

/// Claims the evidence, if there is any, and inserts the proof, each on the node that keeps it.
fn create_in_txn(conn: &mut PgConnection, proof: &ProofRow) -> Result<(), Abort<CreateProofRefusal>> {
    let is_claimed = proof.evidence_row().map_or(Ok(true), |claim| claim.insert_new(conn))?;
    if is_claimed && proof.unspent_row().insert_new(conn)? { Ok(()) } else { refuse(CreateProofRefusal::EvidenceUsed) }
}

/// Does the same in one statement, which may run twice: what clashes with a proof of the same hash has run before. While the
/// schema is expanded, the proof clashes with one of the program before if that was made from the same evidence, and the
/// claim stays, because the evidence is used.
fn create_on_conn(conn: &mut PgConnection, proof: &ProofRow) -> QueryResult<bool> {
    let is_created = match proof.evidence_row() {
        None => proof.unspent_row().insert_new(conn)?,
        Some(claim) => CreateProof { claim, proof: proof.unspent_row() }.execute(conn)? == 1,
    };
    Ok(is_created || is_stored(conn, proof)?)
}

/// Whether this proof is stored: nobody else draws the same token.
pub(crate) fn is_stored(conn: &mut PgConnection, proof: &ProofRow) -> QueryResult<bool> {
    diesel::select(exists(proofs::table.find(proof.hash()))).get_result(conn)
}

struct CreateProof<'a> {
    claim: Row<'a>,
    proof: Row<'a>,
}

impl QueryFragment<Pg> for CreateProof<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH claimed AS (");
        self.claim.walk_ast(out.reborrow())?;
        out.push_sql(" ON CONFLICT DO NOTHING RETURNING evidence) ");
        self.proof.push_insert_if("claimed", &mut out)?;
        out.push_sql(" ON CONFLICT DO NOTHING");
        Ok(())
    }
}

impl QueryId for CreateProof<'_> {
    type QueryId = CreateProof<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for CreateProof<'_> {}

/// Spends all proofs of the payment for this user. Returns false if one of them cannot be spent, or if there are vouchers,
/// which pay for new accounts only, whereupon the caller rolls back.
pub(crate) fn spend_in_txn(
    conn: &mut PgConnection,
    payment: Option<&Payment>,
    user: UserId,
    at: Timestamp,
) -> QueryResult<bool> {
    Ok(payment.is_none_or(|payment| payment.vouchers.is_empty()) && spend_proofs_in_txn(conn, payment, user, at)?)
}

/// Spends the proofs alone.
pub(crate) fn spend_proofs_in_txn(
    conn: &mut PgConnection,
    payment: Option<&Payment>,
    user: UserId,
    at: Timestamp,
) -> QueryResult<bool> {
    let Some(payment) = payment else { return Ok(true) };
    match SpendProofs::of(payment, user, at) {
        Some(spend) if spend.is_any_one() => Ok(SpendOne(spend).execute(conn)? == 1),
        Some(spend) => Ok(spend.execute(conn)? == payment.proofs.len()),
        None => Ok(true),
    }
}

/// Marks the proofs as spent, as far as they can be. Two requests with the same two proofs may run into a deadlock,
/// which the database resolves and `Database` retries.
pub(crate) struct SpendProofs<'a> {
    spending: [Value<'a>; 3],
    hashes: Vec<Value<'a>>,
    /// The client, and the kind and value of the address.
    required: Option<[Value<'a>; 3]>,
    /// How many proofs there are.
    pub(crate) count: Value<'a>,
}

impl<'a> SpendProofs<'a> {
    /// Returns `None` if there is no proof to spend.
    pub(crate) fn of(payment: &'a Payment, user: UserId, at: Timestamp) -> Option<Self> {
        let hashes = &payment.proofs;
        (!hashes.is_empty()).then(|| Self {
            spending: [
                Value::Time(Some(at)),
                Value::BigInt(Some(user.as_i64())),
                Value::Bytes(Some(payment.fingerprint.as_bytes())),
            ],
            count: Value::BigInt(Some(hashes.len() as i64)),
            hashes: hashes.iter().map(|hash| Value::Bytes(Some(hash.as_bytes()))).collect(),
            required: payment.required.as_ref().map(|RequiredProof { client, address }| {
                [client.as_str(), address.kind().name(), address.canonical()].map(|text| Value::Text(Some(text)))
            }),
        })
    }

    /// Whether there is exactly one proof to spend, whatever it is.
    fn is_any_one(&self) -> bool {
        self.hashes.len() == 1 && self.required.is_none()
    }

    /// Whether there is exactly one proof to spend, and it must be one of an address.
    pub(crate) fn is_one_of_an_address(&self) -> bool {
        self.hashes.len() == 1 && self.required.is_some()
    }
}

impl QueryFragment<Pg> for SpendProofs<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [at, user, fingerprint] = &self.spending;
        out.push_sql("UPDATE proofs SET spent_at = ");
        at.walk_ast(out.reborrow())?;
        out.push_sql(", spent_user_id = ");
        user.walk_ast(out.reborrow())?;
        out.push_sql(", spent_fingerprint = ");
        fingerprint.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE hash IN (");
        push_list(&self.hashes, &mut out)?;
        out.push_sql(") AND spent_at IS NULL AND expires_at > ");
        at.walk_ast(out.reborrow())?;
        if let Some([client, kind, value]) = &self.required {
            out.push_sql(" AND client_id = ");
            client.walk_ast(out.reborrow())?;
            out.push_sql(" AND subject = 'address' AND address_kind = ");
            kind.walk_ast(out.reborrow())?;
            out.push_sql(" AND address_value = ");
            value.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}

impl QueryId for SpendProofs<'_> {
    type QueryId = ();
    /// The text depends on how many proofs there are, and on whether anything is required of them.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<PgConnection> for SpendProofs<'_> {}

/// [`SpendProofs`] for one proof, which is what nearly everything is paid with.
struct SpendOne<'a>(SpendProofs<'a>);

impl QueryFragment<Pg> for SpendOne<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl QueryId for SpendOne<'_> {
    type QueryId = SpendOne<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for SpendOne<'_> {}
