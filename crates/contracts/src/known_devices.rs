//! Promises of `KnownDevices`, and of `UpkeepStore::sweep` as far as it remembers devices.

use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::accounts::change::{AccountDeletion, Author};
use auth_domain::events::EventKind;
use auth_domain::known_devices::{KNOWN_FOR, KnownDevice};
use auth_domain::origin::{DeviceId, Origin};
use auth_domain::sessions::NewSession;
use chrono::TimeDelta;

use crate::samples::{
    SampleAccount, at, sample_begin, sample_device, sample_event, sample_marks, sample_operator_event, sample_origin,
    sample_session,
};
use crate::upkeep::sweep;
use crate::{Stores, race};

/// Stamps the promises of `KnownDevices` into an adapter's tests. The argument is an async function
/// that makes fresh [`Stores`] and a guard.
#[macro_export]
macro_rules! known_devices {
    ($make:expr) => {
        $crate::stamp!(
            known_devices,
            $make,
            [
                knows_where_an_account_signed_in,
                knows_no_other_device_and_no_other_account,
                knows_devices_of_sessions_that_ended,
                knows_a_device_since_its_last_sign_in,
                knows_the_same_devices_after_a_sweep,
                remembers_the_latest_of_the_sessions_that_went,
                remembers_no_device_without_a_secret_id,
                remembers_no_device_that_is_no_longer_known,
                sweeps_at_once_remember_a_device_once,
                forgets_devices_after_their_time,
                forgets_no_more_than_the_limit,
                forgets_the_devices_of_a_deleted_account,
                lists_the_newest_devices_first,
            ]
        );
    };
}

/// The session of the sign-up is enough, and so is any later one.
pub async fn knows_where_an_account_signed_in(stores: Stores) {
    let sample = SampleAccount::new();
    stores.sign_up(&sample).await;
    let first = sample.account.session.origin.device.clone().expect("samples name a device");
    let second = sample_device();
    begun(&stores, sample.account.id, &second, at(10), at(100)).await;
    for device in [&first, &second] {
        assert!(knows(&stores, sample.account.id, device, at(0)).await, "a device of a session");
    }
}

/// Another device, and the same device of another account, are strange.
pub async fn knows_no_other_device_and_no_other_account(stores: Stores) {
    let (ann, bob) = (user(&stores).await, user(&stores).await);
    let device = sample_device();
    begun(&stores, ann, &device, at(0), at(100)).await;
    let see = async |when: &str| {
        assert!(knows(&stores, ann, &device, at(0)).await, "her own device {when}");
        assert!(!knows(&stores, ann, &sample_device(), at(0)).await, "another device {when}");
        assert!(!knows(&stores, bob, &device, at(0)).await, "her device at another account {when}");
    };
    see("while its session is kept").await;
    sweep(&stores, at(101), 10).await;
    see("after that").await;
}

/// A session that ended by itself or by its owner was a sign-in nevertheless.
pub async fn knows_devices_of_sessions_that_ended(stores: Stores) {
    let (user, device) = (user(&stores).await, sample_device());
    let session = begun(&stores, user, &device, at(0), at(100)).await;
    let event = sample_event(user, EventKind::SignedOut);
    assert!(stores.sessions.end(user, session.id, event).await.expect("the store works"), "it was alive");
    assert!(knows(&stores, user, &device, at(0)).await, "the device of an ended session");
}

/// A sign-in counts at its very instant, and not later.
pub async fn knows_a_device_since_its_last_sign_in(stores: Stores) {
    let (user, device) = (user(&stores).await, sample_device());
    for began_at in [at(5), at(10)] {
        begun(&stores, user, &device, began_at, at(100)).await;
    }
    for when in ["while its sessions are kept", "after that"] {
        assert!(knows(&stores, user, &device, at(10)).await, "since the instant of the sign-in {when}");
        assert!(!knows(&stores, user, &device, just_after(at(10))).await, "since later than that {when}");
        sweep(&stores, at(101), 10).await;
    }
}

/// What a sweep removes, it remembers.
pub async fn knows_the_same_devices_after_a_sweep(stores: Stores) {
    let user = user(&stores).await;
    let devices = [sample_device(), sample_device(), sample_device()];
    for device in &devices {
        begun(&stores, user, device, at(0), at(100)).await;
    }
    assert_eq!(sweep(&stores, at(101), 2).await, 2, "sessions that were removed");
    assert_eq!(sweep(&stores, at(101), 2).await, 1, "sessions that were removed after that");
    for device in &devices {
        assert!(knows(&stores, user, device, at(0)).await, "a device of a removed session");
    }
    assert_eq!(listed(&stores, user).await.len(), devices.len(), "remembered devices");
}

/// Sessions may go in another order than they came in.
pub async fn remembers_the_latest_of_the_sessions_that_went(stores: Stores) {
    let (user, device) = (user(&stores).await, sample_device());
    for (began_at, expires_at) in [(at(0), at(300)), (at(20), at(100)), (at(10), at(100)), (at(30), at(200))] {
        begun(&stores, user, &device, began_at, expires_at).await;
    }
    let mark = sample_marks().marked(user, &device).mark;
    for (before, last_seen) in [(at(101), at(20)), (at(201), at(30)), (at(301), at(30))] {
        sweep(&stores, before, 10).await;
        assert_eq!(listed(&stores, user).await, [KnownDevice { user, mark, last_seen }], "swept before {before}");
    }
}

/// What is short could be guessed. While the session is kept, its row has the id all the same.
pub async fn remembers_no_device_without_a_secret_id(stores: Stores) {
    let user = user(&stores).await;
    let device = DeviceId::parse("fifteen-letters").expect("a device id");
    begun(&stores, user, &device, at(0), at(100)).await;
    assert_eq!(sweep(&stores, at(101), 10).await, 1, "sessions that were removed");
    assert_eq!(listed(&stores, user).await, [], "remembered devices");
}

/// A session that lived longer than devices are known leaves nothing.
pub async fn remembers_no_device_that_is_no_longer_known(stores: Stores) {
    let (user, device) = (user(&stores).await, sample_device());
    begun(&stores, user, &device, at(0), at(0) + KNOWN_FOR).await;
    assert_eq!(sweep(&stores, at(1) + KNOWN_FOR, 10).await, 2, "sessions that were removed, with that of the sign-up");
    assert_eq!(listed(&stores, user).await, [], "remembered devices");
}

/// Two instances sweep the same sessions.
pub async fn sweeps_at_once_remember_a_device_once(stores: Stores) {
    let (user, device) = (user(&stores).await, sample_device());
    for began_at in 0..20 {
        begun(&stores, user, &device, at(began_at), at(100)).await;
    }
    let sweeping = (0..8).map(|_| {
        let stores = stores.clone();
        async move { sweep(&stores, at(101), 5).await }
    });
    race(sweeping).await;
    for _ in 0..4 {
        sweep(&stores, at(101), 5).await;
    }
    let mark = sample_marks().marked(user, &device).mark;
    assert_eq!(listed(&stores, user).await, [KnownDevice { user, mark, last_seen: at(19) }]);
}

/// They stay for [`KNOWN_FOR`], to the instant.
pub async fn forgets_devices_after_their_time(stores: Stores) {
    let (user, device) = (user(&stores).await, sample_device());
    begun(&stores, user, &device, at(7), at(100)).await;
    sweep(&stores, at(101), 10).await;
    let last = at(7) + KNOWN_FOR;
    sweep(&stores, last, 10).await;
    assert!(knows(&stores, user, &device, at(7)).await, "at the last instant");
    sweep(&stores, just_after(last), 10).await;
    assert!(!knows(&stores, user, &device, at(7)).await, "after that");
}

/// The limit applies to devices as to every other kind of rows.
pub async fn forgets_no_more_than_the_limit(stores: Stores) {
    let user = user(&stores).await;
    for _ in 0..5 {
        begun(&stores, user, &sample_device(), at(0), at(100)).await;
    }
    sweep(&stores, at(101), 10).await;
    let later = at(1_000) + KNOWN_FOR;
    // The session of the sign-up goes, too, and its device is no longer known.
    for (limit, removed) in [(0, 0), (2, 3), (2, 2), (2, 1), (2, 0)] {
        assert_eq!(sweep(&stores, later, limit).await, removed, "rows that were removed");
    }
}

/// Nothing of an account outlives it.
pub async fn forgets_the_devices_of_a_deleted_account(stores: Stores) {
    let (ann, bob) = (user(&stores).await, user(&stores).await);
    let device = sample_device();
    for user in [ann, bob] {
        begun(&stores, user, &device, at(0), at(100)).await;
    }
    sweep(&stores, at(101), 10).await;
    let event = sample_operator_event(EventKind::AccountDeleted);
    let deletion =
        AccountDeletion { user: ann, by: Author::Operator, payment: None, event, telling: None, at: at(102) };
    stores.accounts.delete(deletion).await.expect("deleted");
    assert_eq!(listed(&stores, ann).await, [], "devices of a deleted account");
    assert!(!knows(&stores, ann, &device, at(0)).await, "a device of a deleted account");
    assert!(knows(&stores, bob, &device, at(0)).await, "the same device of another account");
}

/// At most as many as asked for.
pub async fn lists_the_newest_devices_first(stores: Stores) {
    let user = user(&stores).await;
    for second in [3, 1, 2] {
        begun(&stores, user, &sample_device(), at(second), at(100)).await;
    }
    sweep(&stores, at(101), 10).await;
    let seen = |devices: Vec<KnownDevice>| devices.iter().map(|device| device.last_seen).collect::<Vec<_>>();
    assert_eq!(seen(listed(&stores, user).await), [at(3), at(2), at(1)]);
    let newest = stores.known_devices.list(user, 2).await.expect("the store works");
    assert_eq!(seen(newest), [at(3), at(2)]);
}

fn just_after(instant: Timestamp) -> Timestamp {
    instant + TimeDelta::microseconds(1)
}

/// A user who signed up, on a device of their own.
async fn user(stores: &Stores) -> UserId {
    let sample = SampleAccount::new();
    stores.sign_up(&sample).await;
    sample.account.id
}

/// One more session of the user on this device.
async fn begun(
    stores: &Stores,
    user: UserId,
    device: &DeviceId,
    created_at: Timestamp,
    expires_at: Timestamp,
) -> NewSession {
    let origin = Origin { device: Some(device.clone()), ..sample_origin() };
    let session = NewSession { origin, created_at, expires_at, ..sample_session(user) };
    stores.sessions.begin(sample_begin(session.clone())).await.expect("an active user begins a session");
    session
}

pub(crate) async fn knows(stores: &Stores, user: UserId, device: &DeviceId, since: Timestamp) -> bool {
    let device = sample_marks().marked(user, device);
    stores.known_devices.knows(user, &device, since).await.expect("the store works")
}

async fn listed(stores: &Stores, user: UserId) -> Vec<KnownDevice> {
    stores.known_devices.list(user, u16::MAX).await.expect("the store works")
}
