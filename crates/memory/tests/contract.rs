//! The stores in memory keep the promises of every store port.

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
auth_contracts::refresh_model!(make_stores, 0..2_000);

/// The second handle stands for a second process, although the memory does not outlive this one.
async fn make_stores() -> (Stores, ()) {
    let stores = MemoryStores::new();
    let (again, telling) = (stores.clone(), stores.clone());
    let stores = Stores::of(stores).reopened_by(move || Stores::of(again.clone()));
    (stores.told_by(move |subscribers| Stores::of(telling.clone().telling(subscribers))), ())
}
