//! A team's own way to sign up: with an invitation code, which is spent with the account.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use auth_contracts::samples::unique;
use auth_domain::accounts::UserId;
use auth_domain::identifier::UsernameLength;
use auth_domain::sign_up::{Claims, OwnField, Plan, Refusal, Scenario};
use auth_domain::vouchers::{Voucher, VoucherKind, VoucherUse};
use auth_memory::SpendVouchers;

/// The kind of the codes, which is also the request field.
pub(crate) const INVITATION: VoucherKind = VoucherKind::new("invitation_code");

const FIELDS: [OwnField; 1] = [OwnField { name: INVITATION.name(), description: "The code of an invitation." }];

/// Signs up anybody who has a code.
pub(crate) struct SignUpByInvitation;

impl Scenario for SignUpByInvitation {
    fn name(&self) -> &'static str {
        "invitation"
    }

    fn requires(&self) -> String {
        INVITATION.name().to_owned()
    }

    fn own_fields(&self) -> &[OwnField] {
        &FIELDS
    }

    fn example(&self) -> Claims<'static> {
        Claims { own: vec![(INVITATION.name(), "WELCOME-1")], ..Claims::default() }
    }

    fn recognises(&self, claims: &Claims<'_>) -> bool {
        claims.own(INVITATION.name()).is_some()
    }

    fn plan(&self, claims: &Claims<'_>) -> Result<Plan, Refusal> {
        let code = claims.own(INVITATION.name()).unwrap_or_default();
        Ok(Plan::of_voucher(Voucher::new(INVITATION, code), UsernameLength::WIDE))
    }
}

/// The codes that were issued, and who used them. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Invitations(Arc<Mutex<BTreeMap<String, Option<UserId>>>>);

impl Invitations {
    /// Issues a new code.
    pub(crate) fn issue(&self) -> String {
        let code = format!("WELCOME-{}", unique());
        self.0.lock().expect("not poisoned").insert(code.clone(), None);
        code
    }

    /// Returns the user who used the code.
    pub(crate) fn used_by(&self, code: &str) -> Option<UserId> {
        self.0.lock().expect("not poisoned").get(code).copied().flatten()
    }
}

impl SpendVouchers for Invitations {
    fn can_spend(&self, of: &VoucherUse<'_>) -> bool {
        self.0.lock().expect("not poisoned").get(of.voucher.value()) == Some(&None)
    }

    fn spend(&self, of: &VoucherUse<'_>) {
        self.0.lock().expect("not poisoned").insert(of.voucher.value().to_owned(), Some(of.user));
    }
}
