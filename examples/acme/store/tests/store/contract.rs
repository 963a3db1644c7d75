//! The promises of every store port.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use acme_store::CountedAccounts;
use auth_contracts::Stores;
use auth_contracts::samples::unique;
use auth_contracts::vouchers::Vouchers;
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
auth_contracts::refresh_model!(make_stores, 0..300);

async fn make_stores() -> (Stores, ()) {
    let memory = MemoryStores::new();
    let (again, telling) = (memory.clone(), memory.clone());
    let stores = counted(memory).reopened_by(move || counted(again.clone()));
    (stores.told_by(move |subscribers| counted(telling.clone().telling(subscribers))), ())
}

fn counted(memory: MemoryStores) -> Stores {
    let mut stores = Stores::of(memory);
    stores.accounts = Arc::new(CountedAccounts::new(stores.accounts, Arc::default()));
    stores
}

const TICKET: VoucherKind = VoucherKind::new("ticket");

/// Tickets that are not spent yet.
#[derive(Clone, Default)]
struct Tickets(Arc<Mutex<BTreeSet<String>>>);

impl SpendVouchers for Tickets {
    fn can_spend(&self, of: &VoucherUse<'_>) -> bool {
        self.0.lock().expect("not poisoned").contains(of.voucher.value())
    }

    fn spend(&self, of: &VoucherUse<'_>) {
        self.0.lock().expect("not poisoned").remove(of.voucher.value());
    }
}

async fn make_vouchers() -> (Vouchers, ()) {
    let tickets = Tickets::default();
    let stores = counted(MemoryStores::new().spending(TICKET, tickets.clone()));
    let issue = move || {
        let ticket = format!("ticket-{}", unique());
        tickets.0.lock().expect("not poisoned").insert(ticket.clone());
        Voucher::new(TICKET, ticket)
    };
    (Vouchers::new(stores, issue), ())
}
