//! What a scenario demands before an account is created.

use crate::identifier::{Identifier, UsernameLength};
use crate::vouchers::Voucher;

/// What must be proven, and how a username may look. A plan that demands no proof at all is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The address whose control must be proven.
    pub address: Option<Identifier>,
    /// Whether an identity at a third party must be proven, and is bound.
    pub binds_external_identity: bool,
    /// The vouchers that must be spent in the transaction that creates the account.
    pub vouchers: Vec<Voucher>,
    /// How long a username may be.
    pub username_length: UsernameLength,
}

impl Plan {
    /// Demands proof of an address.
    #[must_use]
    pub fn of_address(address: Identifier, username_length: UsernameLength) -> Self {
        Self { address: Some(address), ..Self::of_nothing(username_length) }
    }

    /// Demands proof of an identity at a third party.
    #[must_use]
    pub fn of_identity(username_length: UsernameLength) -> Self {
        Self { binds_external_identity: true, ..Self::of_nothing(username_length) }
    }

    /// Demands that a voucher be spent.
    #[must_use]
    pub fn of_voucher(voucher: Voucher, username_length: UsernameLength) -> Self {
        Self { vouchers: vec![voucher], ..Self::of_nothing(username_length) }
    }

    /// Whether anything must be proven.
    #[must_use]
    pub fn demands_evidence(&self) -> bool {
        self.address.is_some() || self.binds_external_identity || !self.vouchers.is_empty()
    }

    fn of_nothing(username_length: UsernameLength) -> Self {
        Self { address: None, binds_external_identity: false, vouchers: Vec::new(), username_length }
    }
}
