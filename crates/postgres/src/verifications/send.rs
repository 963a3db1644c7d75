//! Sending a code: in one statement to an address to which none was sent of late, and in two or three to others.
//!
//! A decision is made upon what was read, and written if that is still so. Otherwise somebody else has sent to the same
//! address in between, and it is made again.

use std::sync::atomic::{AtomicBool, Ordering};

use auth_domain::Timestamp;
use auth_domain::identifier::Schemes;
use auth_domain::sends::{KeptSends, PastSend, SendDecision, Share, decide_send, remember};
use auth_domain::verifications::{Verification, VerificationId};
use auth_ports::{SendOutcome, SendRequest};
use diesel::prelude::*;
use diesel::result::Error as SqlError;
use uuid::Uuid;

use super::budget::{BudgetRow, Codes, SentCode, requester_key};
use super::row::{VerificationRow, untried_row};
use super::statements::{SendAgain, SendFirst, SendFresh, Spend};
use crate::messages::{bucket_of, code_row};
use crate::schema::{messages, send_budgets, verifications};

/// How often a request is decided without a lock. Beyond that, there is a crowd at the address, and each waits for its turn.
const WITHOUT_LOCK: usize = 3;
/// How many verifications of one address are looked at if its row does not name them.
const MOST_FOUND: i64 = 256;

/// A request for a code, for as long as it takes.
pub(super) struct Sending {
    pub(super) request: SendRequest,
    schemes: Schemes,
    /// Whether there was an attempt before, which may have been stored although its answer was lost.
    was_tried: AtomicBool,
}

/// A code that is to be sent.
pub(super) struct Decided {
    pub(super) verification: Verification,
    /// Whether it is a new one.
    pub(super) is_fresh: bool,
    /// What is kept of the address afterwards.
    pub(super) after: BudgetRow,
}

impl Sending {
    pub(super) fn new(request: SendRequest, schemes: Schemes) -> Self {
        Self { request, schemes, was_tried: AtomicBool::new(false) }
    }

    pub(super) fn attempt(&self, conn: &mut PgConnection) -> QueryResult<SendOutcome> {
        if self.was_tried.swap(true, Ordering::Relaxed)
            && let Some(stored) = self.find_stored(conn)?
        {
            return Ok(queued(stored));
        }
        loop {
            for _ in 0..WITHOUT_LOCK {
                if let Some(outcome) = self.send(conn)? {
                    return Ok(outcome);
                }
            }
            if let Some(outcome) = conn.transaction(|conn| self.send_in_turn_in_txn(conn))? {
                return Ok(outcome);
            }
        }
    }

    /// Returns `None` if somebody else has sent to the address in between.
    fn send(&self, conn: &mut PgConnection) -> QueryResult<Option<SendOutcome>> {
        let SendRequest { policy, address, ask, now, .. } = &self.request;
        let share = match allowed(&decide_send(policy, None, ask, &[], *now)) {
            Ok(share) => share,
            Err(refused) => return Ok(Some(refused)),
        };
        let verification = self.fresh();
        let budget = self.spent(Vec::new(), &Codes::default(), share, verification.id);
        let first = SendFirst {
            address,
            budget: &budget,
            verification: untried_row(&verification),
            message: code_row(&self.request, &verification),
        };
        match first.get_result::<(bool, BudgetRow)>(conn).optional()? {
            Some((true, _)) => Ok(Some(queued(verification))),
            Some((false, kept)) => self.send_another(conn, &kept),
            None => Ok(None),
        }
    }

    /// The same while nobody else can. Returns `None` if nothing is kept of the address any more.
    fn send_in_turn_in_txn(&self, conn: &mut PgConnection) -> QueryResult<Option<SendOutcome>> {
        let kept = self.lock_in_txn(conn)?;
        kept.map_or(Ok(None), |kept| self.send_another(conn, &kept))
    }

    /// Returns what is kept of the address, which nobody else can change until the transaction ends.
    pub(super) fn lock_in_txn(&self, conn: &mut PgConnection) -> QueryResult<Option<BudgetRow>> {
        let address = &self.request.address;
        send_budgets::table
            .find((address.kind().name(), address.canonical()))
            .select(BudgetRow::as_select())
            .for_update()
            .first(conn)
            .optional()
    }

    /// Sends to an address of which this is kept. Returns `None` if it is not any more.
    fn send_another(&self, conn: &mut PgConnection, kept: &BudgetRow) -> QueryResult<Option<SendOutcome>> {
        let decided = match self.decide(conn, kept)? {
            Ok(decided) => decided,
            Err(refused) => return Ok(Some(refused)),
        };
        let Decided { verification, is_fresh, after } = &decided;
        let message = code_row(&self.request, verification);
        let spend = Spend { address: &self.request.address, before: kept, after, message };
        let written = if *is_fresh {
            SendFresh { spend, verification: untried_row(verification) }.execute(conn)?
        } else {
            SendAgain { spend, verification: verification.id.as_uuid(), now: self.request.now }.execute(conn)?
        };
        Ok((written == 1).then(|| queued(decided.verification)))
    }

    /// Decides upon what is kept of the address.
    pub(super) fn decide(
        &self,
        conn: &mut PgConnection,
        kept: &BudgetRow,
    ) -> QueryResult<Result<Decided, SendOutcome>> {
        let SendRequest { policy, ask, now, .. } = &self.request;
        let codes = kept.codes().map_or_else(|| self.find_codes(conn), Ok)?;
        let latest = self.find_latest(conn, &codes)?;
        let sends = kept.sends().into_sends();
        let decision = decide_send(policy, latest.as_ref(), ask, &sends, *now);
        Ok(allowed(&decision).map(|share| {
            let again = latest.filter(|_| matches!(decision, SendDecision::Again(_)));
            let is_fresh = again.is_none();
            let verification =
                again.map_or_else(|| self.fresh(), |latest| Verification { last_sent_at: *now, ..latest });
            let after = self.spent(sends, &codes, share, verification.id);
            Decided { verification, is_fresh, after }
        }))
    }

    fn spent(&self, sends: Vec<PastSend>, codes: &Codes, share: Share, id: VerificationId) -> BudgetRow {
        let SendRequest { policy, ask, now, .. } = &self.request;
        let send = PastSend { at: *now, share, sender: ask.sender };
        let code = SentCode { sent_at: *now, requester: self.requester(), id: id.as_uuid() };
        BudgetRow::new(KeptSends::of(&remember(policy, sends, send)), codes.with(code, policy))
    }

    fn fresh(&self) -> Verification {
        let SendRequest { policy, id, address, client, requester, ask, guessed, now, .. } = &self.request;
        Verification {
            id: *id,
            address: address.clone(),
            client: client.clone(),
            requester: requester.clone(),
            holder: ask.holder,
            guessed: guessed.clone(),
            created_at: *now,
            expires_at: *now + policy.code_ttl,
            last_sent_at: *now,
            tries: 0,
            verified_at: None,
        }
    }

    fn requester(&self) -> i64 {
        requester_key(self.request.client.as_str(), self.request.requester.as_str())
    }

    /// Returns the requester's latest verification of the address, if it may decide anything.
    fn find_latest(&self, conn: &mut PgConnection, codes: &Codes) -> QueryResult<Option<Verification>> {
        let Some(id) = codes.of(self.requester(), &self.request.policy, self.request.now) else { return Ok(None) };
        let found = self.find(conn, id.as_uuid())?;
        let is_theirs =
            |found: &Verification| found.requester == self.request.requester && found.client == self.request.client;
        Ok(found.filter(is_theirs))
    }

    fn find(&self, conn: &mut PgConnection, id: Uuid) -> QueryResult<Option<Verification>> {
        let row = verifications::table.find(id).select(VerificationRow::as_select()).first(conn).optional()?;
        row.map(|row| row.into_verification(&self.schemes)).transpose().map_err(SqlError::from)
    }

    /// Returns the codes of an address to which a program has sent that keeps none of them with the address.
    fn find_codes(&self, conn: &mut PgConnection) -> QueryResult<Codes> {
        let address = &self.request.address;
        let found: Vec<(String, String, Uuid, Timestamp)> = verifications::table
            .filter(verifications::kind.eq(address.kind().name()))
            .filter(verifications::value.eq(address.canonical()))
            // If two were created at the same instant, the later one has fewer tries, because the earlier one was used
            // up.
            .order((verifications::created_at.desc(), verifications::tries.asc()))
            .limit(MOST_FOUND)
            .select((
                verifications::client_id,
                verifications::requester,
                verifications::id,
                verifications::last_sent_at,
            ))
            .load(conn)?;
        let code = |(client, requester, id, sent_at): (String, String, Uuid, Timestamp)| SentCode {
            sent_at,
            requester: requester_key(&client, &requester),
            id,
        };
        Ok(found.into_iter().rev().map(code).collect())
    }

    /// Returns the verification whose code an earlier attempt of this request has queued.
    fn find_stored(&self, conn: &mut PgConnection) -> QueryResult<Option<Verification>> {
        let message = self.request.message;
        let id: Option<Uuid> = messages::table
            .find((bucket_of(message), message.as_uuid()))
            .select(messages::verification_id)
            .first(conn)
            .optional()?;
        id.map_or(Ok(None), |id| self.find(conn, id))
    }
}

/// Returns the share that a send is taken from, or why it is refused.
fn allowed(decision: &SendDecision) -> Result<Share, SendOutcome> {
    match *decision {
        SendDecision::Fresh(share) | SendDecision::Again(share) => Ok(share),
        SendDecision::CoolingDown { retry_after } => Err(SendOutcome::CoolingDown { retry_after }),
        SendDecision::TooMany { retry_after } => Err(SendOutcome::TooMany { retry_after }),
    }
}

pub(super) fn queued(verification: Verification) -> SendOutcome {
    SendOutcome::Queued(Box::new(verification))
}
