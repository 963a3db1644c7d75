//! One of several kinds of section that may stand in one place.

use std::fmt;
use std::sync::Arc;

use super::reading::{Read, Taken};
use super::{Section, Shape};
use crate::SettingsError;

type ReadFn<T> = dyn Fn(Taken, &Shape) -> Result<Read<T>, SettingsError> + Send + Sync;

/// A kind of section, such as that of one SMS vendor: its name, and what is made of a section of this kind.
pub struct SectionKind<T> {
    name: String,
    shape: Shape,
    read: Arc<ReadFn<T>>,
    look_over: fn(Taken, &Shape) -> Result<(), SettingsError>,
}

impl<T> SectionKind<T> {
    /// The kind `name`, whose sections have the type `S`; `make` turns one into what the caller keeps.
    pub fn new<S: Section>(name: impl Into<String>, make: impl Fn(S) -> T + Send + Sync + 'static) -> Self {
        Self {
            name: name.into(),
            shape: Shape::of::<S>(),
            read: Arc::new(move |taken, shape| {
                let Read { made, dangers } = taken.read(shape)?;
                Ok(Read { made: make(made), dangers })
            }),
            look_over: Taken::look_over::<S>,
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    pub(crate) fn read(&self, taken: Taken) -> Result<Read<T>, SettingsError> {
        (self.read)(taken, &self.shape)
    }

    pub(crate) fn look_over(&self, taken: Taken) -> Result<(), SettingsError> {
        (self.look_over)(taken, &self.shape)
    }
}

impl<T> Clone for SectionKind<T> {
    fn clone(&self) -> Self {
        let Self { name, shape, read, look_over } = self;
        Self { name: name.clone(), shape: shape.clone(), read: Arc::clone(read), look_over: *look_over }
    }
}

impl<T> fmt::Debug for SectionKind<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SectionKind").field(&self.name).finish()
    }
}
