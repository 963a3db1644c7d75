//! Promises about accounts that an operator blocked.

use auth_domain::accounts::{Account, UserId, UserStatus};
use auth_domain::events::EventKind;
use auth_domain::identifier::Identifier;
use auth_ports::{Halt, RegisterRefusal};

use crate::Stores;
use crate::samples::{SampleAccount, sample_event, sample_external_profile, start};
use crate::sessions::is_alive;

/// All lookups except the one by session find an account whatever its status, and report the status.
pub async fn a_blocked_account_is_found_with_its_status(stores: Stores) {
    let profile = sample_external_profile();
    let sample = SampleAccount::new().with_email().with_external_profile(profile.clone());
    stores.sign_up(&sample).await;
    block(&stores, sample.account.id).await;
    let by_id = stores.accounts.find(sample.account.id).await;
    let by_identifier = stores.accounts.find_by_identifier(&sample.account.identifiers[0].identifier).await;
    let by_identity = stores.accounts.find_by_external_identity(&profile.provider, &profile.subject).await;
    for (what, found) in [("id", by_id), ("identifier", by_identifier), ("identity", by_identity)] {
        let status = found.expect("the store works").map(|account: Account| account.status);
        assert_eq!(status, Some(UserStatus::Blocked), "status of a blocked account, found by its {what}");
    }
}

/// No session admits a blocked user.
pub async fn a_blocked_account_is_found_in_no_session(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    block(&stores, session.user).await;
    assert!(!is_alive(&stores, &session).await, "a blocked user was admitted");
}

/// Nobody else can take a blocked user's identifiers.
pub async fn a_blocked_account_keeps_its_identifiers(stores: Stores) {
    let account = signed_up(&stores).await.account;
    block(&stores, account.id).await;
    let address: Identifier = account.identifiers[0].identifier.clone();
    let owner = stores.accounts.find_owner(&address).await.expect("the store works");
    assert_eq!(owner, Some(account.id), "owner of a blocked account's address");
    let outcome = stores.try_sign_up(&SampleAccount::new().with_address(address)).await;
    let is_taken = matches!(outcome, Err(Halt::Refused(RegisterRefusal::IdentifierTaken(_))));
    assert!(is_taken, "a blocked account's address: {outcome:?}");
}

async fn signed_up(stores: &Stores) -> SampleAccount {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    sample
}

pub(super) async fn block(stores: &Stores, user: UserId) {
    let event = sample_event(user, EventKind::UserBlocked);
    let known = stores.users.set_status(user, UserStatus::Blocked, event, start()).await.expect("the store works");
    assert!(known, "a user who signed up is known");
}
