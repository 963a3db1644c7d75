//! Requests that clients encrypt.

use std::sync::Arc;

use auth_application::sign_in::DecryptRequest;
use auth_ports::RequestDecrypter;
use auth_settings::Settings;
use auth_tokens::{RequestKey, RequestKeySource, RsaRequestDecrypter};
use secrecy::ExposeSecret as _;

use super::parts::Parts;
use crate::StartFailure;

pub(super) fn decrypt_request(parts: &Parts<'_>) -> Result<DecryptRequest, StartFailure> {
    let decrypter = source(parts.settings)?.map(RsaRequestDecrypter::new);
    let decrypter = decrypter.map(|decrypter| Arc::new(decrypter) as Arc<dyn RequestDecrypter>);
    let limit = parts.limited("encrypted_requests", parts.settings.limits.encrypted_requests_per_network());
    Ok(DecryptRequest::new(decrypter, limit))
}

/// Returns the key that is set; otherwise, outside production, the one in the data folder.
fn source(settings: &Settings) -> Result<Option<RequestKeySource>, StartFailure> {
    match &settings.secrets.request_key {
        Some(pem) => {
            let key = RequestKey::from_pem(pem.expose_secret()).map_err(StartFailure::RequestKey)?;
            Ok(Some(RequestKeySource::Key(Box::new(key))))
        }
        None if settings.profile.is_production() => Ok(None),
        None => Ok(Some(RequestKeySource::File(settings.database.data_dir.join("request-key.pem")))),
    }
}
