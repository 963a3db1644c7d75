//! Promises of `list`.

use auth_domain::access::{Method, Scope};
use auth_domain::sessions::{KeptSession, NewSession, Session};

use super::acts::{begun, end, is_success, listed, listed_ids, rotate, signed_up};
use crate::Stores;
use crate::samples::{SampleAccount, at, just_before, sample_begin, sample_rotate, sample_session, start};

/// A session is listed as it began, with its last refresh.
pub async fn lists_a_session_with_every_part(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    assert_eq!(listed(&stores, session.user, start()).await, [expected(&session)], "left: listed, right: begun");
    let rotation = rotate(&stores, sample_rotate(&session, 0, at(7))).await;
    assert!(is_success(&rotation), "first use: {rotation:?}");
    let refreshed = Session { generation: 1, rotated_at: Some(at(7)), ..expected(&session) };
    assert_eq!(listed(&stores, session.user, at(7)).await, [refreshed], "left: listed, right: refreshed");
}

/// Device and user agent may be missing, and an anonymous user has sessions, too.
pub async fn lists_sparse_sessions(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let mut sparse = NewSession {
        created_at: at(1),
        scope: Scope::Anonymous,
        method: Method::new("another_method"),
        ..sample_session(first.user)
    };
    (sparse.origin.device, sparse.origin.user_agent) = (None, None);
    stores.sessions.begin(sample_begin(sparse.clone())).await.expect("begun");
    let found = listed(&stores, first.user, at(1)).await;
    assert_eq!(found, [expected(&sparse), expected(&first)], "left: listed, right: begun");
}

/// Sessions are listed by when they began, newest first, whatever the order in which they were stored.
pub async fn lists_the_newest_session_first(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let mut by_age = vec![(start(), first.id)];
    for second in [3, 1, 4, 2] {
        by_age.push((at(second), begun(&stores, first.user, at(second)).await.id));
    }
    by_age.sort_unstable_by_key(|(at, _)| std::cmp::Reverse(*at));
    let ids: Vec<_> = by_age.into_iter().map(|(_, id)| id).collect();
    assert_eq!(listed_ids(&stores, first.user, at(4)).await, ids, "newest first");
}

/// Sessions that have ended or expired are not listed; at its last instant a session still is.
pub async fn lists_only_live_sessions(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let ended = begun(&stores, first.user, at(1)).await;
    assert!(end(&stores, &ended).await, "the session was alive");
    let last_instant = just_before(first.expires_at);
    assert_eq!(listed_ids(&stores, first.user, last_instant).await, [first.id], "at the last instant");
    assert_eq!(listed_ids(&stores, first.user, first.expires_at).await, [], "when it has expired");
}

/// Only the user's own sessions are listed.
pub async fn lists_only_the_users_sessions(stores: Stores) {
    let (one, other) = (signed_up(&stores).await.account.session, signed_up(&stores).await.account.session);
    assert_eq!(listed_ids(&stores, one.user, start()).await, [one.id], "one user's sessions");
    assert_eq!(listed_ids(&stores, other.user, start()).await, [other.id], "another user's sessions");
    let nobody = SampleAccount::new().account.id;
    assert_eq!(listed_ids(&stores, nobody, start()).await, [], "nobody's sessions");
}

/// Sessions that ended stay in the list of what is kept, with the instant, and so do those that expired. It holds the
/// newest, as many as asked for, and nobody else's.
pub async fn lists_what_is_kept_of_sessions(stores: Stores) {
    let first = signed_up(&stores).await.account.session;
    let _ = signed_up(&stores).await;
    let ended = begun(&stores, first.user, at(1)).await;
    assert!(end(&stores, &ended).await, "the session was alive");
    let list = async |limit| stores.sessions.list_kept(first.user, limit).await.expect("the store works");
    let [second, oldest] = <[KeptSession; 2]>::try_from(list(10).await).expect("two are kept");
    assert_eq!((&second.session, &oldest.session), (&expected(&ended), &expected(&first)), "left: kept, right: begun");
    let last_instant = just_before(first.expires_at);
    assert!(!second.is_live(at(1)) && second.ended_at.is_some(), "it was ended: {second:?}");
    assert!(oldest.is_live(last_instant) && !oldest.is_live(first.expires_at), "it expires by itself: {oldest:?}");
    assert_eq!(list(1).await, [second], "the newest");
}

fn expected(session: &NewSession) -> Session {
    Session {
        id: session.id,
        client: session.origin.client.clone(),
        device: session.origin.device.as_ref().map(|device| device.as_str().to_owned()),
        network: session.origin.network.to_string(),
        user_agent: session.origin.user_agent.clone(),
        scope: session.scope,
        method: session.method.clone(),
        created_at: session.created_at,
        generation: 0,
        rotated_at: None,
        expires_at: session.expires_at,
        presence: None,
    }
}
