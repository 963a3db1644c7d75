//! Whether a request comes from a device that an account knows.

use std::sync::Arc;

use auth_domain::accounts::UserId;
use auth_domain::known_devices::{DeviceMarks, KNOWN_FOR};
use auth_domain::origin::{DeviceId, Origin};
use auth_ports::{Clock, Failure, KnownDevices};

/// Knows the devices of accounts. Cheap to clone.
#[derive(Clone)]
pub struct DeviceCheck {
    devices: Arc<dyn KnownDevices>,
    clock: Arc<dyn Clock>,
    marks: DeviceMarks,
}

impl DeviceCheck {
    /// Builds it from its ports and what makes marks.
    #[must_use]
    pub fn new(devices: Arc<dyn KnownDevices>, clock: Arc<dyn Clock>, marks: DeviceMarks) -> Self {
        Self { devices, clock, marks }
    }

    /// Whether the account has signed in within 180 days on the device that the request names. Without a device id, or
    /// with one that is too short to be a secret, nothing is looked up.
    ///
    /// # Errors
    /// The failure of the store.
    pub async fn knows(&self, user: UserId, origin: &Origin) -> Result<bool, Failure> {
        let Some(device) = Self::device_of(origin) else { return Ok(false) };
        let since = self.clock.now() - KNOWN_FOR;
        for marked in self.marks.marked_each(user, device) {
            if self.devices.knows(user, &marked, since).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The device that a request names, if its id is long enough to be a secret.
    pub(crate) fn device_of(origin: &Origin) -> Option<&DeviceId> {
        origin.device.as_ref().filter(|device| device.is_secret())
    }

    /// Takes as long as it takes to find out whether an account knows the device, and returns false.
    pub(crate) async fn knows_nobody(&self, origin: &Origin) -> Result<bool, Failure> {
        // No account has this id, because ids begin with the instant at which they were drawn.
        self.knows(UserId::from_i64(0), origin).await
    }
}
