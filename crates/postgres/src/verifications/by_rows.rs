//! Codes where tables are spread over nodes: one statement for each row, which one node carries out, in a transaction.

use auth_domain::Timestamp;
use auth_domain::proofs::NewProof;
use auth_domain::verifications::VerificationId;
use auth_ports::SendOutcome;
use diesel::prelude::*;
use diesel::result::Error as SqlError;

use super::row::untried_row;
use super::send::{Decided, Sending, queued};
use crate::messages::code_row;
use crate::proofs::insert_proof_in_txn;
use crate::schema::{send_budgets, verifications};

/// Sends while nobody else can send to the address. The rows are those of the address, the verification and the message, in
/// this order.
pub(super) fn send_in_txn(sending: &Sending, conn: &mut PgConnection) -> QueryResult<SendOutcome> {
    let request = &sending.request;
    let (kind, value) = (request.address.kind().name(), request.address.canonical());
    diesel::insert_into(send_budgets::table)
        .values((
            send_budgets::kind.eq(kind),
            send_budgets::value.eq(value),
            send_budgets::sent_at.eq(Vec::<Timestamp>::new()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    let kept = sending.lock_in_txn(conn)?.ok_or(SqlError::NotFound)?;
    let Decided { verification, is_fresh, after } = match sending.decide(conn, &kept)? {
        Ok(decided) => decided,
        Err(refused) => return Ok(refused),
    };
    diesel::update(send_budgets::table.find((kind, value))).set(&after).execute(conn)?;
    if is_fresh {
        untried_row(&verification).insert(conn)?;
    } else {
        let again = verifications::table.find(verification.id.as_uuid());
        diesel::update(again).set(verifications::last_sent_at.eq(request.now)).execute(conn)?;
    }
    code_row(request, &verification).insert(conn)?;
    Ok(queued(verification))
}

/// Marks a verification as verified and stores its proof. Returns false, and stores nothing, if it was verified before.
pub(super) fn prove_in_txn(
    conn: &mut PgConnection,
    id: VerificationId,
    proof: &NewProof,
    at: Timestamp,
) -> QueryResult<bool> {
    let unverified = verifications::table.find(id.as_uuid()).filter(verifications::verified_at.is_null());
    let marked = diesel::update(unverified).set(verifications::verified_at.eq(at)).execute(conn)?;
    if marked == 1 {
        insert_proof_in_txn(conn, proof)?;
    }
    Ok(marked == 1)
}
