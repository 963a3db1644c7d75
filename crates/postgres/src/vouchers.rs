//! Vouchers: spent in the account's transaction by the spender that their team registers, and remembered like proofs.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::sign_up::NewAccount;
use auth_domain::vouchers::{Voucher, VoucherKind, VoucherUse};
use auth_ports::{Failure, Halt, RegisterRefusal, refuse};
use diesel::prelude::*;

use crate::database::{Abort, Database};
use crate::rows::ProofRow;
use crate::schema::proofs;

/// Spends a voucher on a connection that is inside the account's transaction. Returns false if the voucher cannot be
/// spent. It may run several times, each time in another transaction.
pub type SpendVoucher = dyn Fn(&mut PgConnection, &VoucherUse<'_>) -> QueryResult<bool> + Send + Sync;

/// The spenders of vouchers, by kind. Cheap to clone.
#[derive(Clone, Default)]
pub struct Spenders(Vec<(VoucherKind, Arc<SpendVoucher>)>);

impl Spenders {
    /// No spenders.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a spender for this kind.
    #[must_use]
    pub fn with<F>(mut self, kind: VoucherKind, spend: F) -> Self
    where
        F: Fn(&mut PgConnection, &VoucherUse<'_>) -> QueryResult<bool> + Send + Sync + 'static,
    {
        self.0.push((kind, Arc::new(spend)));
        self
    }

    /// Adds the spenders of `more` after these.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// Returns the kinds that have a spender, in the order of registration.
    #[must_use]
    pub fn kinds(&self) -> Vec<VoucherKind> {
        self.0.iter().map(|(kind, _)| *kind).collect()
    }

    fn of(&self, kind: VoucherKind) -> Option<&SpendVoucher> {
        self.0.iter().find(|(known, _)| *known == kind).map(|(_, spend)| &**spend)
    }

    fn spend_in_txn(&self, conn: &mut PgConnection, of: &VoucherUse<'_>) -> QueryResult<bool> {
        self.of(of.voucher.kind()).map_or(Ok(false), |spend| spend(conn, of))
    }
}

impl fmt::Debug for Spenders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kinds()).finish()
    }
}

/// Spends the account's vouchers. Each is recorded first, so that of several requests with the same voucher, all but
/// the first wait there until that one is stored or refused.
pub(crate) fn spend_vouchers_in_txn(
    conn: &mut PgConnection,
    spenders: &Spenders,
    account: &NewAccount,
) -> Result<(), Abort<RegisterRefusal>> {
    let Some(payment) = &account.payment else { return Ok(()) };
    for voucher in &payment.vouchers {
        let spent = ProofRow::of_spent_voucher(voucher, account, &payment.fingerprint);
        let remembered =
            diesel::insert_into(proofs::table).values(spent).on_conflict(proofs::hash).do_nothing().execute(conn)?;
        let of = VoucherUse { voucher, user: account.id, at: account.created_at };
        if remembered == 0 || !spenders.spend_in_txn(conn, &of)? {
            return refuse(RegisterRefusal::VoucherUnusable(voucher.kind()));
        }
    }
    Ok(())
}

/// The reason to roll back what the spenders did, because this was only a look.
enum Looked {
    Unusable(VoucherKind),
    AllUsable,
}

/// Returns the first of the vouchers that its spender does not accept, in a transaction that is rolled back.
pub(crate) async fn find_unusable(
    database: &Database,
    spenders: &Spenders,
    vouchers: &[Voucher],
    user: UserId,
    at: Timestamp,
) -> Result<Option<VoucherKind>, Failure> {
    let (spenders, vouchers) = (spenders.clone(), vouchers.to_vec());
    let looked = database.transaction_or_refusal(move |conn| -> Result<Infallible, Abort<Looked>> {
        for voucher in &vouchers {
            if !spenders.spend_in_txn(conn, &VoucherUse { voucher, user, at })? {
                return refuse(Looked::Unusable(voucher.kind()));
            }
        }
        refuse(Looked::AllUsable)
    });
    match looked.await {
        Ok(never) => match never {},
        Err(Halt::Refused(Looked::Unusable(kind))) => Ok(Some(kind)),
        Err(Halt::Refused(Looked::AllUsable)) => Ok(None),
        Err(Halt::Failed(failure)) => Err(failure),
    }
}
