//! One of the layers that are merged.

use config::{Map, Source, Value};

/// One source of settings: tables by the names of their sections.
#[derive(Clone)]
pub(super) struct Layer(pub(super) Map<String, Value>);

impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Layer(…)")
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        Ok(self.0.clone())
    }
}
