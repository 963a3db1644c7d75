//! Texts that only the service can have written, for one client in one network.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::keyed_hash::{KeyUse, ServerKey};
use crate::origin::Origin;

/// Writes `body`, which everybody may read, with a seal that nobody else can make.
pub(super) fn seal(key: &ServerKey, key_use: KeyUse, body: &[u8], origin: &Origin) -> String {
    let seal = keyed(key, key_use, body, origin);
    URL_SAFE_NO_PAD.encode([body, &seal].concat())
}

/// Reads what [`seal`] wrote, provided that it was written for the same use, client and network.
pub(super) fn open<const N: usize>(key: &ServerKey, key_use: KeyUse, text: &str, origin: &Origin) -> Option<[u8; N]> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (body, seal) = bytes.split_first_chunk::<N>()?;
    let is_ours = parts(body, origin, |parts| key.hashes(key_use, parts).any(|ours| bool::from(seal.ct_eq(&ours))));
    is_ours.then_some(*body)
}

/// A keyed hash that belongs to this body, client and network.
pub(super) fn keyed(key: &ServerKey, key_use: KeyUse, body: &[u8], origin: &Origin) -> [u8; 32] {
    parts(body, origin, |parts| key.hash(key_use, parts))
}

fn parts<T>(body: &[u8], origin: &Origin, then: impl FnOnce(&[&[u8]]) -> T) -> T {
    then(&[body, origin.client.as_str().as_bytes(), origin.network.to_string().as_bytes()])
}
