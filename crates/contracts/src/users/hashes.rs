//! Promises of `sample_hashes`.

use std::collections::BTreeSet;

use auth_domain::accounts::MadeAccount;
use auth_domain::credentials::PasswordHash;

use super::made::created;
use crate::Stores;
use crate::samples::sample_made_account;

/// Three costs, of which two are held by several.
const OTHERS: [&str; 5] = [
    "$2b$12$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
    "$2b$12$bcdefghijklmnopqrstuvu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
    "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
    "$pbkdf2-sha256$i=1000,l=32$MTEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
    "$argon2id$v=19$m=12288,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
];

/// One hash of each cost, whoever has it, and none of the usual cost.
pub async fn samples_one_hash_of_each_cost(stores: Stores) {
    let default = PasswordHash::of_default_cost();
    for hash in OTHERS.iter().copied().chain([default.as_str(), default.as_str()]) {
        hold(&stores, Some(hash)).await;
    }
    hold(&stores, None).await;
    let all = ["$2b$12$", "$argon2id$v=19$m=12288,t=3,p=1", PasswordHash::DEFAULT_COST, "$pbkdf2-sha256$i=1000,l=32"];
    for usual in all.into_iter().chain(["$2b$13$"]) {
        let expected: Vec<_> = all.into_iter().filter(|cost| *cost != usual).collect();
        assert_eq!(costs(&stores, usual, 100).await, expected, "costs, each once, where {usual} is the usual one");
    }
}

/// No more than were asked for, and none where all are of the default cost.
pub async fn samples_no_more_hashes_than_the_limit(stores: Stores) {
    let usual = PasswordHash::DEFAULT_COST;
    hold(&stores, Some(PasswordHash::of_default_cost().as_str())).await;
    assert!(costs(&stores, usual, 100).await.is_empty(), "all are of the usual cost");
    for hash in OTHERS {
        hold(&stores, Some(hash)).await;
    }
    let two: BTreeSet<_> = costs(&stores, usual, 2).await.into_iter().collect();
    assert_eq!(two.len(), 2, "two different ones: {two:?}");
}

async fn hold(stores: &Stores, hash: Option<&str>) {
    let password = hash.map(|hash| PasswordHash::new(hash.to_owned()));
    let made = MadeAccount { password, ..sample_made_account() };
    stores.users.create(made, created()).await.expect("nothing clashes with it");
}

async fn costs(stores: &Stores, usual: &str, limit: u16) -> Vec<String> {
    let sampled = stores.users.sample_hashes(usual, limit).await.expect("the store works");
    let mut costs: Vec<_> = sampled.iter().map(|hash| hash.cost().to_owned()).collect();
    costs.sort_unstable();
    costs
}
