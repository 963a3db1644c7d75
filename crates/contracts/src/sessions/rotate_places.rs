//! Promises of `rotate` about where tokens are used.

use auth_domain::origin::Place;
use auth_domain::sessions::NewSession;
use auth_ports::{RotateRequest, Rotation};

use super::acts::{is_success, rotate, signed_up};
use crate::Stores;
use crate::samples::{at, sample_rotate};

fn place(device: Option<&str>, network: &str) -> Place {
    Place { device: device.map(str::to_owned), network: network.to_owned() }
}

async fn use_at(stores: &Stores, session: &NewSession, place: &Place, (generation, second): (u32, i64)) -> Rotation {
    let request = RotateRequest { place: place.clone(), ..sample_rotate(session, generation, at(second)) };
    rotate(stores, request).await
}

/// A used token yields its successor again on the same device or, if one of the two uses names no device, in the same
/// network. From elsewhere it is a replay, although the grace period has not passed.
pub async fn a_used_token_from_elsewhere_is_a_replay(stores: Stores) {
    let (phone, laptop, unnamed) = (Some("phone"), Some("laptop"), None);
    for (what, first, again, succeeds) in [
        ("the same device", place(phone, "home"), place(phone, "home"), true),
        ("the same device in another network", place(phone, "home"), place(phone, "cafe"), true),
        ("another device in the same network", place(phone, "home"), place(laptop, "home"), false),
        ("another device in another network", place(phone, "home"), place(laptop, "cafe"), false),
        ("the same network", place(unnamed, "home"), place(unnamed, "home"), true),
        ("another network", place(unnamed, "home"), place(unnamed, "cafe"), false),
        ("a device where none was named", place(unnamed, "home"), place(phone, "home"), true),
        ("a device elsewhere", place(unnamed, "home"), place(phone, "cafe"), false),
        ("no device any more", place(phone, "home"), place(unnamed, "home"), true),
        ("no device any more, elsewhere", place(phone, "home"), place(unnamed, "cafe"), false),
    ] {
        assert_eq!(first.is_same(&again), succeeds, "the rule: {what}");
        let session = signed_up(&stores).await.account.session;
        assert!(is_success(&use_at(&stores, &session, &first, (0, 0)).await), "before: {what}");
        let rotation = use_at(&stores, &session, &again, (0, 1)).await;
        if succeeds {
            assert!(is_success(&rotation), "{what}: {rotation:?}");
        } else {
            assert_eq!(rotation, Rotation::Replayed, "{what}");
            assert_eq!(use_at(&stores, &session, &first, (1, 2)).await, Rotation::Unknown, "it has ended: {what}");
        }
    }
}

/// The place that counts is where the token was used first, not where the session began or where it was used before.
pub async fn a_used_token_is_compared_with_its_first_use(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let (phone, laptop) = (place(Some("phone"), "home"), place(Some("laptop"), "cafe"));
    for (place, one) in [(&phone, (0, 0)), (&phone, (0, 1)), (&laptop, (1, 2)), (&laptop, (1, 3)), (&phone, (2, 4))] {
        let rotation = use_at(&stores, &session, place, one).await;
        assert!(is_success(&rotation), "{one:?} at {place:?}: {rotation:?}");
    }
    assert_eq!(use_at(&stores, &session, &laptop, (2, 5)).await, Rotation::Replayed, "used first on the phone");
}

/// People travel: the current token is good wherever it is used.
pub async fn the_current_token_is_good_everywhere(stores: Stores) {
    let session = signed_up(&stores).await.account.session;
    let places =
        [place(None, "home"), place(None, "cafe"), place(Some("phone"), "home"), place(Some("laptop"), "home")];
    for (generation, place) in (0..).zip(&places) {
        let rotation = use_at(&stores, &session, place, (generation, 0)).await;
        assert!(is_success(&rotation), "generation {generation} at {place:?}: {rotation:?}");
    }
}
