//! Sections in one place that say by themselves of which kind they are.

use config::Value;
use serde::Deserialize as _;

use super::SectionKind;
use super::reading::{Read, Taken};
use super::words::one_of;
use crate::SettingsError;
use crate::load::{is_given, path, problems, secret_files};
use crate::values::Given;

/// The key that names the kind.
const KIND: &str = "kind";

/// Reads a section of the kind that it names.
pub(super) fn read_one_of<T>(mut taken: Taken, kinds: &[SectionKind<T>]) -> Result<Read<T>, SettingsError> {
    for kind in kinds {
        secret_files::read_into(&mut taken.table, kind.shape(), &taken.path)?;
    }
    refuse_unknown(&taken, kinds)?;
    let kind = chosen(&mut taken, kinds)?;
    refuse_foreign(&mut taken, kind, kinds)?;
    kind.read(taken)
}

/// A key that no kind has.
fn refuse_unknown<T>(taken: &Taken, kinds: &[SectionKind<T>]) -> Result<(), SettingsError> {
    let is_known = |key: &str| key == KIND || kinds.iter().any(|kind| kind.shape().has(key));
    let Some(key) = taken.table.keys().find(|key| !is_known(key)) else { return Ok(()) };
    let named = taken.table.get(KIND).and_then(|value| word(value, kinds).ok());
    let mut known = vec![KIND.to_owned()];
    for kind in kinds.iter().filter(|kind| named.as_deref().is_none_or(|named| named == kind.name())) {
        for name in kind.shape().writable() {
            if !known.contains(&name) {
                known.push(name);
            }
        }
    }
    Err(problems::unknown(&taken.path, key, &known))
}

fn chosen<'a, T>(taken: &mut Taken, kinds: &'a [SectionKind<T>]) -> Result<&'a SectionKind<T>, SettingsError> {
    let key = path(&taken.path, KIND);
    let value = taken.table.remove(KIND).ok_or_else(|| SettingsError::at(&key, "is missing"))?;
    let word = word(&value, kinds).map_err(|problem| SettingsError::at(&key, problem))?;
    kinds.iter().find(|kind| kind.name() == word).ok_or_else(|| SettingsError::at(key, "is no kind"))
}

fn word<T>(value: &Value, kinds: &[SectionKind<T>]) -> Result<String, String> {
    let given = Given::deserialize(value.clone()).map_err(|_| "must be a text".to_owned())?;
    one_of(&given, &kinds.iter().map(SectionKind::name).collect::<Vec<_>>())
}

/// A key that is of another kind only. An empty one says nothing.
fn refuse_foreign<T>(taken: &mut Taken, own: &SectionKind<T>, kinds: &[SectionKind<T>]) -> Result<(), SettingsError> {
    taken.table.retain(|key, value| own.shape().has(key) || is_given(value));
    let Some(key) = taken.table.keys().find(|key| !own.shape().has(key)) else { return Ok(()) };
    let others = kinds.iter().filter(|kind| kind.shape().has(key)).map(SectionKind::name);
    let others = others.collect::<Vec<_>>().join(" and ");
    Err(SettingsError::at(path(&taken.path, key), format!("is only for kind {others}")))
}
