//! Vouchers: custom evidence, such as an invitation code, that is spent in the transaction that creates the account.
//!
//! The domain knows only a voucher's kind and value. What it is worth is decided by the spender that its team
//! registers with the store, in the same transaction as the account.
//!
//! A voucher pays for one account only. If many people may use a code, let the scenario derive a voucher per person
//! by adding something that distinguishes them (the username, for example) to its value.

use std::fmt;

use crate::Timestamp;
use crate::accounts::UserId;
use crate::secret_bytes::SecretHash;

/// The kind of a voucher. Its name is the request field that contains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VoucherKind(&'static str);

impl VoucherKind {
    /// Makes the kind with this name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The request field's name, which is also the stored kind.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for VoucherKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A voucher as a request presents it. Anybody who has the value can use it, so it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Voucher {
    kind: VoucherKind,
    value: String,
}

impl Voucher {
    /// Makes a voucher whose `value` is in the form that its spender compares.
    #[must_use]
    pub fn new(kind: VoucherKind, value: impl Into<String>) -> Self {
        Self { kind, value: value.into() }
    }

    /// The voucher's kind.
    #[must_use]
    pub fn kind(&self) -> VoucherKind {
        self.kind
    }

    /// The voucher's value. It is a secret.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The hash by which the store remembers a spent voucher.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&[self.kind.name().as_bytes(), b"\0", self.value.as_bytes()].concat())
    }
}

impl fmt::Debug for Voucher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:…", self.kind)
    }
}

/// What a spender needs to know: which voucher is spent, for whom, and when.
#[derive(Debug, Clone, Copy)]
pub struct VoucherUse<'a> {
    /// The voucher.
    pub voucher: &'a Voucher,
    /// The user whose account it pays for. The account is not stored yet.
    pub user: UserId,
    /// When the user signs up.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_is_identified_by_kind_and_value_and_prints_neither_hash_nor_value() {
        let invitation = Voucher::new(VoucherKind::new("invitation_code"), "WELCOME-1");
        let other_kind = Voucher::new(VoucherKind::new("coupon"), "WELCOME-1");
        let other_value = Voucher::new(VoucherKind::new("invitation_code"), "WELCOME-2");
        assert_ne!(invitation.hash(), other_kind.hash());
        assert_ne!(invitation.hash(), other_value.hash());
        assert_eq!(format!("{invitation:?}"), "invitation_code:…");
    }
}
