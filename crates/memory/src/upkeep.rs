//! Upkeep: removing expired rows.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::identifier::Identifier;
use auth_domain::known_devices::DeviceMarks;
use auth_ports::{Failure, Halt, NotReady, UpkeepStore};

use crate::MemoryStores;
use crate::state::State;

#[async_trait]
impl UpkeepStore for MemoryStores {
    async fn sweep(&self, before: Timestamp, limit: u16, marks: &DeviceMarks) -> Result<u64, Failure> {
        Ok(self.open()?.sweep(before, limit, marks))
    }

    async fn check_ready(&self) -> Result<(), Halt<NotReady>> {
        Ok(self.open().map(|_| ())?)
    }
}

impl State {
    fn sweep(&mut self, before: Timestamp, limit: u16, marks: &DeviceMarks) -> u64 {
        let removed = [
            self.sweep_sessions(before, limit, marks),
            remove(&mut self.verifications, limit, |held| held.expires_at < before),
            remove(&mut self.proofs, limit, |held| held.proof.expires_at < before),
            remove(&mut self.provider_flows, limit, |flow| flow.expires_at < before),
            self.sweep_sends(before, limit),
            self.sweep_limits(before, limit),
            self.sweep_known_devices(before, limit),
        ];
        removed.into_iter().sum()
    }

    /// Removes addresses whose last message was sent before `before`. Each counts as one row, however many messages
    /// it got.
    fn sweep_sends(&mut self, before: Timestamp, limit: u16) -> u64 {
        let mut over: Vec<Identifier> = Vec::new();
        for send in self.sends.iter().rev() {
            let last_at = self.sends.iter().filter(|other| other.address == send.address).map(|other| other.send.at);
            let is_over = last_at.max().is_some_and(|at| at < before);
            if is_over && over.len() < limit.into() && !over.contains(&send.address) {
                over.push(send.address.clone());
            }
        }
        self.sends.retain(|send| !over.contains(&send.address));
        over.len() as u64
    }

    fn sweep_limits(&mut self, before: Timestamp, limit: u16) -> u64 {
        let is_unused = |(_, full_at): &(_, &Timestamp)| **full_at < before;
        let unused: Vec<_> = self.limits.iter().filter(is_unused).map(|(key, _)| *key).take(limit.into()).collect();
        for key in &unused {
            self.limits.remove(key);
        }
        unused.len() as u64
    }
}

/// Removes the first expired rows, up to `limit`, and returns how many were removed.
fn remove<T>(rows: &mut Vec<T>, limit: u16, is_over: impl Fn(&T) -> bool) -> u64 {
    let mut removed = 0;
    rows.retain(|row| {
        let goes = removed < u64::from(limit) && is_over(row);
        removed += u64::from(goes);
        !goes
    });
    removed
}
