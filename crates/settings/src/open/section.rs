//! What a section is.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Problem;
use crate::{Danger, SettingsProfile};

/// Settings of an adapter's own: a struct of the adapter's crate with `#[serde(deny_unknown_fields)]`.
pub trait Section: DeserializeOwned + Clone + Send + Sync + 'static {
    /// Checks what no key can check by itself: keys that need each other, and what is only fit for trying out, which
    /// production refuses.
    ///
    /// # Errors
    /// A [`Problem`], which stops the start.
    fn check(&self, profile: SettingsProfile) -> Result<(), Problem> {
        let _ = profile;
        Ok(())
    }

    /// Values that switch a protection off: production refuses each, unless a key of the section accepts it.
    fn dangers(&self) -> Vec<Danger> {
        Vec::new()
    }
}

/// The section of an adapter without settings.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSection {}

impl Section for NoSection {}
