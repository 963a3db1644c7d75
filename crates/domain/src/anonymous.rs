//! Anonymous users, who are known only by a device until they sign up.

use crate::clients::ClientId;
use crate::identifier::{Identifier, IdentifierKind};
use crate::origin::DeviceId;
use crate::secret_bytes::SecretHash;
use crate::text::hexadecimal;

/// The kind of the identifier that ties an anonymous user to a device. It is not a login name, is
/// not registered in any list of schemes, and is removed when the user signs up.
pub const ANONYMOUS_DEVICE: IdentifierKind = IdentifierKind::new("anonymous_device");

/// Identifies the one anonymous user of a device in a client. The device's id is enough to sign in, so only its
/// hash is kept.
#[must_use]
pub fn device_identifier(client: &ClientId, device: &DeviceId) -> Identifier {
    let hash = SecretHash::of(format!("{}\0{}", client.as_str(), device.as_str()).as_bytes());
    let canonical = hexadecimal(hash.as_bytes());
    Identifier::from_parts(ANONYMOUS_DEVICE, canonical.clone(), canonical)
}
