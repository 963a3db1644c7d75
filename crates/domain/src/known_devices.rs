//! Known devices: those with which an account has signed in lately. Limits keep a share for them that strangers cannot
//! use up.
//!
//! A device is recognised by its id, provided that the id is long enough to be a secret ([`DeviceId::is_secret`]). As
//! long as a session is kept, its row says which device it began on; when it is removed, a keyed hash of the id stays.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::Timestamp;
use crate::accounts::UserId;
use crate::keyed_hash::{KeyUse, ServerKey};
use crate::origin::DeviceId;
use crate::secret_bytes::SecretHash;

/// How long a device stays known after the last sign-in with it.
pub const KNOWN_FOR: TimeDelta = TimeDelta::days(180);

/// Makes the marks of devices: keyed hashes of their ids, which differ between accounts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct DeviceMarks(ServerKey);

/// A device that a request names, and its mark for one account.
#[derive(Debug, Clone)]
pub struct MarkedDevice {
    /// The device.
    pub id: DeviceId,
    /// Its mark for the account.
    pub mark: SecretHash,
}

/// A device that is remembered although its sessions are removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownDevice {
    /// The account that signed in with it.
    pub user: UserId,
    /// The device's mark for this account.
    pub mark: SecretHash,
    /// When the last of the removed sessions began.
    pub last_seen: Timestamp,
}

impl DeviceMarks {
    /// Makes marks with the server's key.
    #[must_use]
    pub fn new(key: ServerKey) -> Self {
        Self(key)
    }

    /// Marks a device for an account.
    #[must_use]
    pub fn marked(&self, user: UserId, device: &DeviceId) -> MarkedDevice {
        MarkedDevice { id: device.clone(), mark: self.mark(user, device) }
    }

    /// Marks a device with each key of the server's that is accepted: first as [`DeviceMarks::marked`] does.
    #[must_use]
    pub fn marked_each(&self, user: UserId, device: &DeviceId) -> Vec<MarkedDevice> {
        self.0.each().into_iter().map(|key| Self(key).marked(user, device)).collect()
    }

    /// Returns which devices are remembered when these sessions are removed, each given by its user, its device and when
    /// it began: one for each account and device, in the order of both. Devices without a secret id are left out, and
    /// those that are no longer known at `now`.
    #[must_use]
    pub fn remembered<'a>(
        &self,
        sessions: impl IntoIterator<Item = (UserId, &'a str, Timestamp)>,
        now: Timestamp,
    ) -> Vec<KnownDevice> {
        let mut latest: BTreeMap<(i64, SecretHash), Timestamp> = BTreeMap::new();
        for (user, device, began_at) in sessions {
            let device = DeviceId::parse(device).ok().filter(DeviceId::is_secret);
            if let Some(device) = device.filter(|_| began_at + KNOWN_FOR > now) {
                let seen = latest.entry((user.as_i64(), self.mark(user, &device))).or_insert(began_at);
                *seen = began_at.max(*seen);
            }
        }
        let remembered = |((user, mark), last_seen)| KnownDevice { user: UserId::from_i64(user), mark, last_seen };
        latest.into_iter().map(remembered).collect()
    }

    fn mark(&self, user: UserId, device: &DeviceId) -> SecretHash {
        let parts = [&user.as_i64().to_be_bytes()[..], device.as_str().as_bytes()];
        SecretHash::from_bytes(self.0.hash(KeyUse::KnownDevice, &parts))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::secret_bytes::SecretBytes;

    fn at(days: i64) -> Timestamp {
        DateTime::from_timestamp(1_700_000_000, 0).expect("in range") + TimeDelta::days(days)
    }

    #[test]
    fn each_device_is_remembered_once_and_only_as_a_secret_of_late() {
        let marks = DeviceMarks::new(ServerKey::new(SecretBytes::new([1; 32])));
        let (ann, bob) = (UserId::from_i64(1), UserId::from_i64(2));
        let (phone, laptop, short) = ("0123456789abcdef", "fedcba9876543210", "0123456789abcde");
        let sessions = [(ann, phone, 3), (bob, phone, 1), (ann, phone, 2), (ann, short, 3), (ann, laptop, 0)];
        let remembered = marks.remembered(sessions.map(|(user, device, day)| (user, device, at(day))), at(180));
        let device = |user, id| marks.marked(user, &DeviceId::parse(id).expect("an id")).mark;
        let expected = [(ann, phone, 3), (bob, phone, 1)].map(|(user, id, day)| KnownDevice {
            user,
            mark: device(user, id),
            last_seen: at(day),
        });
        assert_eq!(remembered, expected);
        assert_ne!(device(ann, phone), device(bob, phone), "marks of one device differ between accounts");
    }
}
