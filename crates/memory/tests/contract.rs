//! The stores in memory keep the promises of every store port.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use auth_contracts::Stores;
use auth_contracts::samples::unique;
use auth_contracts::vouchers::Vouchers;
use auth_domain::accounts::UserId;
use auth_domain::vouchers::{Voucher, VoucherKind, VoucherUse};
use auth_memory::{MemoryStores, SpendVouchers};

auth_contracts::accounts!(make_stores);
auth_contracts::sessions!(make_stores);
auth_contracts::known_devices!(make_stores);
auth_contracts::verifications!(make_stores);
auth_contracts::proofs!(make_stores);
auth_contracts::provider_flows!(make_stores);
auth_contracts::messages!(make_stores);
auth_contracts::limits!(make_stores);
auth_contracts::users!(make_stores);
auth_contracts::admin_keys!(make_stores);
auth_contracts::client_keys!(make_stores);
auth_contracts::events!(make_stores);
auth_contracts::outbox!(make_stores);
auth_contracts::upkeep!(make_stores);
auth_contracts::vouchers!(make_vouchers);
auth_contracts::refresh_model!(make_stores, 0..2_000);

/// The second handle stands for a second process, although the memory does not outlive this one.
async fn make_stores() -> (Stores, ()) {
    let stores = MemoryStores::new();
    let (again, telling) = (stores.clone(), stores.clone());
    let stores = Stores::of(stores).reopened_by(move || Stores::of(again.clone()));
    (stores.told_by(move |subscribers| Stores::of(telling.clone().telling(subscribers))), ())
}

const INVITATION: VoucherKind = VoucherKind::new("invitation_code");

/// Invitations, and who used them.
#[derive(Clone, Default)]
struct Invitations(Arc<Mutex<BTreeMap<String, Option<UserId>>>>);

impl SpendVouchers for Invitations {
    fn can_spend(&self, of: &VoucherUse<'_>) -> bool {
        self.0.lock().expect("not poisoned").get(of.voucher.value()) == Some(&None)
    }

    fn spend(&self, of: &VoucherUse<'_>) {
        self.0.lock().expect("not poisoned").insert(of.voucher.value().to_owned(), Some(of.user));
    }
}

async fn make_vouchers() -> (Vouchers, ()) {
    let invitations = Invitations::default();
    let stores = MemoryStores::new().spending(INVITATION, invitations.clone());
    let issue = move || {
        let code = format!("WELCOME-{}", unique());
        invitations.0.lock().expect("not poisoned").insert(code.clone(), None);
        Voucher::new(INVITATION, code)
    };
    (Vouchers::new(Stores::of(stores), issue), ())
}
