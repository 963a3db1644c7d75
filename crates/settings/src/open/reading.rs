//! One section on its way from the tree to its type.

use config::{Value, ValueKind};
use serde::Deserialize;

use super::{Section, Shape};
use crate::load::problems::{Context, is_missing};
use crate::load::{Table, secret_files};
use crate::{Danger, SettingsError, SettingsProfile};

/// What is made of a section, and the values in it that switch a protection off.
pub(crate) struct Read<T> {
    pub(crate) made: T,
    pub(crate) dangers: Vec<Danger>,
}

/// A section out of the tree.
pub(crate) struct Taken {
    pub(crate) path: String,
    pub(crate) table: Table,
    pub(crate) profile: SettingsProfile,
}

impl Taken {
    /// In its type, and checked.
    pub(crate) fn read<S: Section>(mut self, shape: &Shape) -> Result<Read<S>, SettingsError> {
        secret_files::read_into(&mut self.table, shape, &self.path)?;
        let section: S = typed(self.table).map_err(|error| context(&self.path, shape).explain(error))?;
        section.check(self.profile).map_err(|problem| problem.of_section(&self.path))?;
        let dangers = section.dangers().into_iter().map(|danger| danger.of_section(&self.path)).collect();
        Ok(Read { made: section, dangers })
    }

    /// Of an adapter that is not in use: what is there must be right, and nothing has to be there.
    pub(crate) fn look_over<S: Section>(mut self, shape: &Shape) -> Result<(), SettingsError> {
        secret_files::read_into(&mut self.table, shape, &self.path)?;
        match typed::<S>(self.table) {
            Err(error) if !is_missing(&error) => Err(context(&self.path, shape).explain(error)),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

fn context<'a>(at: &'a str, shape: &'a Shape) -> Context<'a> {
    Context { at, shape, open: &[] }
}

fn typed<'de, T: Deserialize<'de>>(table: Table) -> Result<T, config::ConfigError> {
    T::deserialize(Value::new(None, ValueKind::Table(table)))
}
