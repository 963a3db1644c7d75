//! What stores are on, lent to others.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// What stores are on, lent to adapters of tables that a team keeps beside ours. Which type it has is for the storage to
/// say.
#[derive(Clone, Default)]
pub struct StoreHandle(Option<Arc<dyn Any + Send + Sync>>);

impl StoreHandle {
    /// Lends this.
    pub fn new(handle: impl Any + Send + Sync) -> Self {
        Self(Some(Arc::new(handle)))
    }

    /// Returns what is lent, if it is of this type.
    #[must_use]
    pub fn get<H: Any>(&self) -> Option<&H> {
        self.0.as_ref()?.downcast_ref()
    }
}

impl fmt::Debug for StoreHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "StoreHandle(…)" } else { "StoreHandle(none)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_lent_by_its_type() {
        let handle = StoreHandle::new(7_u8);
        assert_eq!((handle.get::<u8>(), handle.get::<u16>()), (Some(&7), None));
        assert_eq!(StoreHandle::default().get::<u8>(), None);
    }
}
