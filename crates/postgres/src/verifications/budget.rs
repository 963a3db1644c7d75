//! The budgets of addresses: what was sent to an address, and which codes those were.

use std::collections::HashSet;

use auth_domain::Timestamp;
use auth_domain::secret_bytes::SecretHash;
use auth_domain::sends::KeptSends;
use auth_domain::verifications::{VerificationId, VerificationPolicy};
use chrono::TimeDelta;
use diesel::prelude::*;
use uuid::Uuid;

use crate::schema::send_budgets;

/// How many codes are remembered per address. There are fewer but where limits are switched off.
const MOST: usize = 64;

/// What is kept of an address, as it was read or is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = send_budgets)]
pub(super) struct BudgetRow {
    pub(super) sent_at: Vec<Timestamp>,
    pub(super) shares: Vec<i16>,
    pub(super) senders: Vec<i64>,
    pub(super) codes_sent_at: Vec<Timestamp>,
    pub(super) code_requesters: Vec<i64>,
    pub(super) code_ids: Vec<Uuid>,
}

impl BudgetRow {
    pub(super) fn new(sends: KeptSends, codes: Codes) -> Self {
        let KeptSends { at, shares, senders } = sends;
        Self {
            sent_at: at,
            shares,
            senders,
            codes_sent_at: codes.0.iter().map(|code| code.sent_at).collect(),
            code_requesters: codes.0.iter().map(|code| code.requester).collect(),
            code_ids: codes.0.iter().map(|code| code.id).collect(),
        }
    }

    pub(super) fn sends(&self) -> KeptSends {
        KeptSends { at: self.sent_at.clone(), shares: self.shares.clone(), senders: self.senders.clone() }
    }

    /// Returns `None` if the last send was a program's that keeps no codes here.
    pub(super) fn codes(&self) -> Option<Codes> {
        let Self { codes_sent_at, code_requesters, code_ids, .. } = self;
        let lengths = [code_requesters.len(), code_ids.len()];
        if codes_sent_at.last() != self.sent_at.last() || lengths != [codes_sent_at.len(); 2] {
            return None;
        }
        let codes = codes_sent_at.iter().zip(code_requesters).zip(code_ids);
        Some(
            codes
                .map(|((sent_at, requester), id)| SentCode { sent_at: *sent_at, requester: *requester, id: *id })
                .collect(),
        )
    }
}

/// The newest code of each requester, in the order in which they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Codes(Vec<SentCode>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SentCode {
    pub(super) sent_at: Timestamp,
    pub(super) requester: i64,
    pub(super) id: Uuid,
}

impl FromIterator<SentCode> for Codes {
    fn from_iter<T: IntoIterator<Item = SentCode>>(codes: T) -> Self {
        Self(codes.into_iter().collect())
    }
}

impl Codes {
    /// The newest code of a requester, unless it was sent so long ago that it decides nothing any more.
    pub(super) fn of(&self, requester: i64, policy: &VerificationPolicy, now: Timestamp) -> Option<VerificationId> {
        let newest = self.0.iter().rfind(|code| code.requester == requester)?;
        (newest.sent_at + matters_for(policy) > now).then(|| VerificationId::from_uuid(newest.id))
    }

    /// The same after one more was sent, without what decides nothing any more.
    pub(super) fn with(&self, sent: SentCode, policy: &VerificationPolicy) -> Self {
        let mut seen = HashSet::new();
        let earlier = self.0.iter().filter(|code| code.sent_at + matters_for(policy) > sent.sent_at);
        let newest_first = std::iter::once(&sent).chain(earlier.rev()).filter(|code| seen.insert(code.requester));
        let mut kept: Vec<_> = newest_first.take(MOST).copied().collect();
        kept.reverse();
        Self(kept)
    }
}

/// How long after it was sent a code may decide about the next one: while it lives, and while the requester has to wait.
fn matters_for(policy: &VerificationPolicy) -> TimeDelta {
    policy.code_ttl.max(policy.resend_after)
}

/// By what a requester at a client is recognised, and nothing else. The verification itself says who they are.
pub(super) fn requester_key(client: &str, requester: &str) -> i64 {
    let hash = SecretHash::of(format!("{client}\0{requester}").as_bytes());
    i64::from_be_bytes(hash.as_bytes()[..8].try_into().expect("8 of 32 bytes"))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(second: i64) -> Timestamp {
        DateTime::from_timestamp(1_700_000_000 + second, 0).expect("in range")
    }

    fn code(second: i64, requester: i64, id: u128) -> SentCode {
        SentCode { sent_at: at(second), requester, id: Uuid::from_u128(id) }
    }

    fn sent(codes: &[SentCode]) -> Codes {
        let policy = VerificationPolicy::default();
        codes.iter().fold(Codes::default(), |codes, code| codes.with(*code, &policy))
    }

    fn newest(codes: &Codes, requester: i64, now: i64) -> Option<u128> {
        let found = codes.of(requester, &VerificationPolicy::default(), at(now));
        found.map(|id| id.as_uuid().as_u128())
    }

    #[test]
    fn each_requester_has_its_newest_code() {
        let codes = sent(&[code(0, 1, 10), code(1, 2, 20), code(2, 1, 11), code(3, 2, 20)]);
        assert_eq!((newest(&codes, 1, 4), newest(&codes, 2, 4), newest(&codes, 3, 4)), (Some(11), Some(20), None));
        assert_eq!(codes.0, [code(2, 1, 11), code(3, 2, 20)]);
    }

    #[test]
    fn what_decides_nothing_is_forgotten() {
        let codes = sent(&[code(0, 1, 10), code(599, 2, 20)]);
        assert_eq!((newest(&codes, 1, 599), newest(&codes, 1, 600)), (Some(10), None));
        assert_eq!(sent(&[code(0, 1, 10), code(599, 2, 20), code(601, 3, 30)]).0.len(), 2);
        let many: Vec<_> = (0..200).map(|number| code(number, number, 1)).collect();
        let codes = sent(&many);
        assert_eq!((codes.0.len(), newest(&codes, 199, 200), newest(&codes, 100, 200)), (MOST, Some(1), None));
    }

    /// A clock that ran ahead and was put back.
    #[test]
    fn a_code_of_tomorrow_is_looked_at() {
        assert_eq!(newest(&sent(&[code(90_000, 1, 10), code(0, 2, 20)]), 1, 0), Some(10));
    }

    #[test]
    fn what_another_program_has_sent_is_not_known() {
        let known = BudgetRow::new(
            KeptSends { at: vec![at(0), at(5)], shares: vec![0, 0], senders: vec![1, 1] },
            sent(&[code(0, 1, 10), code(5, 2, 20)]),
        );
        assert_eq!(known.codes(), Some(sent(&[code(0, 1, 10), code(5, 2, 20)])));
        let later = BudgetRow { sent_at: vec![at(0), at(5), at(6)], ..known.clone() };
        let never = BudgetRow { codes_sent_at: vec![], code_requesters: vec![], code_ids: vec![], ..known.clone() };
        let torn = BudgetRow { code_ids: vec![], ..known };
        assert_eq!([later, never, torn].map(|row| row.codes()), [None, None, None]);
    }
}
