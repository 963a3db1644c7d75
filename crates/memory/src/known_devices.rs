//! Known devices.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::known_devices::{DeviceMarks, KNOWN_FOR, KnownDevice, MarkedDevice};
use auth_domain::sessions::NewSession;
use auth_ports::{Failure, KnownDevices};

use crate::MemoryStores;
use crate::state::{HeldSession, State};

#[async_trait]
impl KnownDevices for MemoryStores {
    async fn knows(&self, user: UserId, device: &MarkedDevice, since: Timestamp) -> Result<bool, Failure> {
        let state = self.open()?;
        let kept = state.sessions.iter().any(|held| {
            let session = &held.session;
            session.user == user && session.origin.device.as_ref() == Some(&device.id) && session.created_at >= since
        });
        let is_it = |known: &KnownDevice| (known.user, known.mark) == (user, device.mark) && known.last_seen >= since;
        Ok(kept || state.known_devices.iter().any(is_it))
    }

    async fn list(&self, user: UserId, limit: u16) -> Result<Vec<KnownDevice>, Failure> {
        let mut devices = self.open()?.known_devices.clone();
        devices.retain(|device| device.user == user);
        devices.sort_by_key(|device| (std::cmp::Reverse(device.last_seen), device.mark));
        devices.truncate(limit.into());
        Ok(devices)
    }
}

impl State {
    /// Removes up to `limit` sessions that expired before `before`, remembers their devices, and returns how many
    /// sessions there were. Ended sessions stay until they would have expired, because `begin_repeated` looks for them.
    pub(crate) fn sweep_sessions(&mut self, before: Timestamp, limit: u16, marks: &DeviceMarks) -> u64 {
        let over = self.sessions.extract_if(.., |held| held.session.expires_at < before);
        let over: Vec<HeldSession> = over.take(limit.into()).collect();
        let devices = over.iter().filter_map(|held| {
            let NewSession { user, origin, created_at, .. } = &held.session;
            origin.device.as_ref().map(|device| (*user, device.as_str(), *created_at))
        });
        for device in marks.remembered(devices, before) {
            self.remember(device);
        }
        over.len() as u64
    }

    /// Removes devices that are no longer known.
    pub(crate) fn sweep_known_devices(&mut self, before: Timestamp, limit: u16) -> u64 {
        let is_over = |device: &mut KnownDevice| device.last_seen + KNOWN_FOR < before;
        self.known_devices.extract_if(.., is_over).take(limit.into()).count() as u64
    }

    /// Forgets with which devices a user, all of whose sessions have ended, has signed in.
    pub(crate) fn forget_devices(&mut self, user: UserId) {
        self.known_devices.retain(|device| device.user != user);
        for held in self.sessions.iter_mut().filter(|held| held.session.user == user) {
            held.session.origin.device = None;
        }
    }

    fn remember(&mut self, device: KnownDevice) {
        let is_it = |known: &&mut KnownDevice| (known.user, known.mark) == (device.user, device.mark);
        match self.known_devices.iter_mut().find(is_it) {
            Some(known) => known.last_seen = known.last_seen.max(device.last_seen),
            None => self.known_devices.push(device),
        }
    }
}
