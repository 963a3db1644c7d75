//! Promises about accounts that an operator blocked and about sessions that were refreshed or ended,
//! for which there is no port yet. An adapter's guard brings these changes about.

use async_trait::async_trait;
use auth_domain::sessions::{NewSession, SessionId};
use auth_domain::users::{UserId, UserStatus};
use auth_ports::{BeginOutcome, RegisterError};

use crate::Stores;
use crate::samples::{SampleAccount, sample_session};
use crate::sessions::{is_alive, repeat};

/// Changes in the stores that no port makes. The ids are always known ones.
#[async_trait]
pub trait Intervene: Send + Sync {
    /// Makes an account's status `Blocked`.
    async fn block(&self, user: UserId);

    /// Ends a session.
    async fn end_session(&self, user: UserId, session: SessionId);

    /// Makes a session one that was refreshed once, and is alive.
    async fn refresh_session(&self, user: UserId, session: SessionId);
}

/// Stamps the promises about blocked accounts and past sessions into an adapter's tests. The argument
/// is an async function that makes fresh [`Stores`] and a guard that implements [`Intervene`].
#[macro_export]
macro_rules! interventions {
    ($make:expr) => {
        $crate::stamp!(
            run_intervening,
            interventions,
            $make,
            [
                a_blocked_account_is_found_by_its_id,
                a_blocked_account_is_found_in_no_session,
                a_blocked_account_keeps_its_identifiers,
                an_ended_session_is_dead_alone,
                a_refreshed_session_is_alive,
                a_blocked_user_repeats_nothing,
                nobody_repeats_after_a_refresh,
                nobody_repeats_after_an_end,
                other_users_pasts_do_not_matter,
            ]
        );
    };
}

/// `find` answers whatever the status, and tells it.
pub async fn a_blocked_account_is_found_by_its_id<I: Intervene>(stores: Stores, outside: &I) {
    let user = signed_up(&stores).await.account.id;
    outside.block(user).await;
    let found = stores.accounts.find(user).await.expect("the store works");
    assert_eq!(found.map(|account| account.status), Some(UserStatus::Blocked), "status of a blocked account");
}

/// A session that goes on lets no blocked user in.
pub async fn a_blocked_account_is_found_in_no_session<I: Intervene>(stores: Stores, outside: &I) {
    let session = signed_up(&stores).await.account.session;
    outside.block(session.user).await;
    assert!(!is_alive(&stores, &session).await, "a blocked user was let in");
}

/// Nobody else gets what a blocked user has.
pub async fn a_blocked_account_keeps_its_identifiers<I: Intervene>(stores: Stores, outside: &I) {
    let account = signed_up(&stores).await.account;
    outside.block(account.id).await;
    let address = account.identifiers[0].identifier.clone();
    let owner = stores.accounts.find_owner(&address).await.expect("the store works");
    assert_eq!(owner, Some(account.id), "owner of a blocked account's address");
    let outcome = stores.try_sign_up(&SampleAccount::new().with_address(address)).await;
    let is_taken = matches!(outcome, Err(RegisterError::IdentifierTaken(_)));
    assert!(is_taken, "a blocked account's address: {outcome:?}");
}

/// An ended session lets nobody in; the user's others go on.
pub async fn an_ended_session_is_dead_alone<I: Intervene>(stores: Stores, outside: &I) {
    let first = signed_up(&stores).await.account.session;
    let second = sample_session(first.user);
    assert_eq!(repeat(&stores, &second).await, BeginOutcome::Begun, "right after the sign-up");
    outside.end_session(first.user, first.id).await;
    assert!(!is_alive(&stores, &first).await, "an ended session let somebody in");
    assert!(is_alive(&stores, &second).await, "a session ended with another one");
}

/// Refreshing carries a session on.
pub async fn a_refreshed_session_is_alive<I: Intervene>(stores: Stores, outside: &I) {
    let session = signed_up(&stores).await.account.session;
    outside.refresh_session(session.user, session.id).await;
    assert!(is_alive(&stores, &session).await, "a refreshed session let nobody in");
}

/// Only active users repeat.
pub async fn a_blocked_user_repeats_nothing<I: Intervene>(stores: Stores, outside: &I) {
    let user = signed_up(&stores).await.account.id;
    outside.block(user).await;
    assert_refused(&stores, user, "a blocked user").await;
}

/// A refresh shows that an answer arrived: of the first session or of any other.
pub async fn nobody_repeats_after_a_refresh<I: Intervene>(stores: Stores, outside: &I) {
    for session in two_users_sessions(&stores).await {
        outside.refresh_session(session.user, session.id).await;
        assert_refused(&stores, session.user, "a user with a refreshed session").await;
    }
}

/// A user who ended any session does not get another one by repeating.
pub async fn nobody_repeats_after_an_end<I: Intervene>(stores: Stores, outside: &I) {
    for session in two_users_sessions(&stores).await {
        outside.end_session(session.user, session.id).await;
        assert_refused(&stores, session.user, "a user with an ended session").await;
    }
}

/// Only the user's own status and sessions decide.
pub async fn other_users_pasts_do_not_matter<I: Intervene>(stores: Stores, outside: &I) {
    let [refreshed, ended, blocked, untouched] = [
        signed_up(&stores).await.account.session,
        signed_up(&stores).await.account.session,
        signed_up(&stores).await.account.session,
        signed_up(&stores).await.account.session,
    ];
    outside.refresh_session(refreshed.user, refreshed.id).await;
    outside.end_session(ended.user, ended.id).await;
    outside.block(blocked.user).await;
    let outcome = repeat(&stores, &sample_session(untouched.user)).await;
    assert_eq!(outcome, BeginOutcome::Begun, "a user with nothing but a first session");
}

async fn signed_up(stores: &Stores) -> SampleAccount {
    let sample = SampleAccount::new().with_email();
    stores.sign_up(&sample).await;
    sample
}

/// The first of two sessions of one user, and the second of two of another.
async fn two_users_sessions(stores: &Stores) -> [NewSession; 2] {
    let (one, other) = (signed_up(stores).await.account.session, signed_up(stores).await.account.session);
    let seconds = [sample_session(one.user), sample_session(other.user)];
    for second in &seconds {
        assert_eq!(repeat(stores, second).await, BeginOutcome::Begun, "right after the sign-up");
    }
    let [_, second] = seconds;
    [one, second]
}

async fn assert_refused(stores: &Stores, user: UserId, who: &str) {
    let session = sample_session(user);
    assert_eq!(repeat(stores, &session).await, BeginOutcome::Refused, "{who}");
    assert!(!is_alive(stores, &session).await, "the refused session of {who} is alive");
}
