//! One of the layers that are merged.

use config::{Map, Source, Value};

/// How the names of built-in files start in messages.
pub(super) const BUILT_IN: &str = "built-in ";

/// Whether a value comes from a file that is built in.
pub(crate) fn is_built_in(value: &Value) -> bool {
    value.origin().is_some_and(|origin| origin.starts_with(BUILT_IN))
}

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
