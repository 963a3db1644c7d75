//! The promises of every store port.

use std::sync::Arc;

use acme_store::CountedAccounts;
use auth_contracts::Stores;
use auth_memory::MemoryStores;

auth_contracts::accounts!(make_stores);
auth_contracts::sessions!(make_stores);
auth_contracts::verifications!(make_stores);
auth_contracts::proofs!(make_stores);
auth_contracts::messages!(make_stores);
auth_contracts::limits!(make_stores);
auth_contracts::users!(make_stores);
auth_contracts::admin_keys!(make_stores);
auth_contracts::events!(make_stores);
auth_contracts::outbox!(make_stores);
auth_contracts::upkeep!(make_stores);
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
