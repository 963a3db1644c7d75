//! Promises of `note_presence`.

use auth_domain::origin::Place;
use auth_domain::presence::Presence;
use auth_domain::sessions::NewSession;

use super::acts::{begun, end, listed, signed_up};
use crate::Stores;
use crate::samples::{at, just_before, sample_origin};

/// The list tells when and where the owner was there last, whether the device has a name or not.
pub async fn notes_when_and_where_an_owner_was_there(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let (named, unnamed) = (Place::of(&sample_origin()), Place { device: None, network: "192.0.2.9".to_owned() });
    for (second, place) in [(1, named.clone()), (2, unnamed), (3, named)] {
        let presence = Presence { at: at(second), place };
        assert!(note(&stores, &session, presence.clone()).await, "a live session");
        let found = listed(&stores, session.user, at(second)).await;
        assert_eq!(found[0].presence.as_ref(), Some(&presence), "left: listed, right: noted");
    }
}

/// Other sessions of the user know nothing of it.
pub async fn notes_presence_in_one_session_alone(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    begun(&stores, session.user, at(1)).await;
    assert!(note(&stores, &session, presence_at(2, &session)).await, "a live session");
    let found = listed(&stores, session.user, at(2)).await;
    let noted: Vec<_> = found.iter().map(|session| session.presence.is_some()).collect();
    assert_eq!(noted, [false, true], "whether something is noted: newest first");
}

/// Nothing is noted in a session that has ended or expired, or that is another user's.
pub async fn notes_nothing_in_a_session_that_is_not_alive(stores: Stores) {
    let (session, ended) = (signed_up(&stores).await.account.session, signed_up(&stores).await.account.session);
    assert!(end(&stores, &ended).await, "a live session");
    assert!(!note(&stores, &ended, presence_at(1, &ended)).await, "an ended session");
    let others = NewSession { user: ended.user, ..session.clone() };
    assert!(!note(&stores, &others, presence_at(1, &session)).await, "another user's session");
    let expired = Presence { at: session.expires_at, ..presence_at(1, &session) };
    assert!(!note(&stores, &session, expired).await, "an expired session");
    let last_instant = Presence { at: just_before(session.expires_at), ..presence_at(1, &session) };
    assert!(listed(&stores, session.user, at(1)).await[0].presence.is_none(), "something was noted all the same");
    assert!(note(&stores, &session, last_instant).await, "a session at its last instant");
}

fn presence_at(second: i64, session: &NewSession) -> Presence {
    Presence { at: at(second), place: Place::of(&session.origin) }
}

async fn note(stores: &Stores, session: &NewSession, presence: Presence) -> bool {
    stores.sessions.note_presence(session.user, session.id, presence).await.expect("the store works")
}
