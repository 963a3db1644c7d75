//! The tree of settings, from which adapters take their sections before the rest is read.

use std::fmt;

use config::{Value, ValueKind};
use serde::Deserialize as _;

use super::reading::{Read, Taken};
use super::words::one_of;
use super::{Section, SectionKind, Shape};
use crate::load::problems::{self, Context, not_a_setting};
use crate::load::{self, Source, Table, is_built_in, is_given, secret_files};
use crate::settings::RawSettings;
use crate::values::Given;
use crate::{Danger, Environment, OutboundSettings, Settings, SettingsError, SettingsProfile, TracesSettings};

/// All layers, merged. Adapters take their sections out of it, then [`SectionTree::settings`] reads the rest, in which
/// an unknown key is refused. Every problem names the key, its variable and the file that it comes from.
pub struct SectionTree {
    profile: SettingsProfile,
    whole: Table,
    left: Table,
    built_in: Table,
    open: Vec<String>,
    set: Vec<SetSection>,
    dangers: Vec<Danger>,
    stores_elsewhere: bool,
}

/// A section of an adapter's in which the operator set something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetSection {
    /// Its path, such as `sms.twilio`.
    pub path: String,
    /// The keys that are set, in alphabetical order. Their values may be secret.
    pub keys: Vec<String>,
}

impl SectionTree {
    /// Reads and merges all layers.
    ///
    /// # Errors
    /// [`SettingsError`] when a layer cannot be read.
    pub fn read(environment: &Environment) -> Result<Self, SettingsError> {
        let profile = SettingsProfile::of(environment)?;
        let whole = load::merged(environment, profile)?;
        let built_in = load::built_in(profile)?;
        Ok(Self {
            profile,
            left: whole.clone(),
            whole,
            built_in,
            open: Vec::new(),
            set: Vec::new(),
            dangers: Vec::new(),
            stores_elsewhere: false,
        })
    }

    /// What the service runs for.
    #[must_use]
    pub fn profile(&self) -> SettingsProfile {
        self.profile
    }

    /// Whether the program itself has a section of this name, so that no adapter can.
    #[must_use]
    pub fn is_own(name: &str) -> bool {
        let taken = [OutboundSettings::NAME, TracesSettings::NAME];
        let is_own = |first: &str| taken.contains(&first) || Shape::of::<RawSettings>().has(first);
        name.split('.').next().is_some_and(is_own)
    }

    /// Takes the section at `path`, such as `smtp`. One that is absent is read like one in which nothing is set.
    ///
    /// # Errors
    /// [`SettingsError`] for an unknown key, a wrong value, a key that is missing, and what [`Section::check`] says.
    pub fn take<S: Section>(&mut self, path: &str) -> Result<S, SettingsError> {
        self.take_as(path, &SectionKind::new(path, |section: S| section))
    }

    /// The same, by its kind.
    ///
    /// # Errors
    /// Returns the errors of [`SectionTree::take`].
    pub fn take_as<T>(&mut self, path: &str, kind: &SectionKind<T>) -> Result<T, SettingsError> {
        let read = self.remove(path, kind.shape()).and_then(|taken| kind.read(taken));
        self.kept(read)
    }

    /// Takes the sections `<place>.<kind>` of all kinds: the chosen one is the answer, of the others only what is
    /// written is checked.
    ///
    /// # Errors
    /// Returns the errors of [`SectionTree::take`].
    pub fn take_chosen<'a, T: 'a>(
        &mut self,
        place: &str,
        kinds: impl IntoIterator<Item = &'a SectionKind<T>>,
        chosen: Option<&str>,
    ) -> Result<Option<T>, SettingsError> {
        let mut found = None;
        for kind in kinds {
            let path = load::path(place, kind.name());
            if chosen == Some(kind.name()) {
                found = Some(self.take_as(&path, kind)?);
                continue;
            }
            let looked_over = self.remove(&path, kind.shape()).and_then(|taken| kind.look_over(taken));
            looked_over.map_err(|problem| self.located(problem))?;
        }
        Ok(found)
    }

    /// Takes every section `<place>.<name>`, each of the kind that its key `kind` names, in the order of their names.
    ///
    /// # Errors
    /// Returns the errors of [`SectionTree::take`], and one for an unknown kind or a key that is of another kind only.
    pub fn take_each<T>(&mut self, place: &str, kinds: &[SectionKind<T>]) -> Result<Vec<(String, T)>, SettingsError> {
        self.take_all(place, |taken| super::kinds::read_one_of(taken, kinds))
    }

    /// Takes every section `<place>.<name>`, all of one kind, in the order of their names.
    ///
    /// # Errors
    /// Returns the errors of [`SectionTree::take`].
    pub fn take_named<T>(&mut self, place: &str, kind: &SectionKind<T>) -> Result<Vec<(String, T)>, SettingsError> {
        self.take_all(place, |taken| kind.read(taken))
    }

    fn take_all<T>(
        &mut self,
        place: &str,
        read: impl Fn(Taken) -> Result<Read<T>, SettingsError>,
    ) -> Result<Vec<(String, T)>, SettingsError> {
        self.open.push(place.to_owned());
        let sections = match self.left.remove(place).map(|value| value.kind) {
            None => Table::new(),
            Some(ValueKind::Table(sections)) => sections,
            Some(_) => return Err(self.located(not_a_setting(place.to_owned()))),
        };
        let mut sections: Vec<_> = sections.into_iter().collect();
        sections.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut found = Vec::new();
        for (name, value) in sections {
            let section = self.of_value(&load::path(place, &name), value).and_then(&read);
            found.push((name, self.kept(section)?));
        }
        Ok(found)
    }

    /// The word at `key`, which must be one of `words`. `None`: the built-in files name one that this program does not
    /// have.
    ///
    /// # Errors
    /// [`SettingsError`] for another word, and when there is none.
    pub fn word(&self, key: &str, words: &[&str]) -> Result<Option<String>, SettingsError> {
        let value = self.find(key).ok_or_else(|| SettingsError::at(key, "is missing"))?;
        let given = Given::deserialize(value.clone()).map_err(|_| self.problem(key, "is no text"))?;
        match one_of(&given, words) {
            Ok(word) => Ok(Some(word)),
            Err(_) if is_built_in(value) => Ok(None),
            Err(problem) => Err(self.problem(key, &problem)),
        }
    }

    /// Everything is stored elsewhere than in `[database]`, which production does not require then.
    pub fn store_elsewhere(&mut self) {
        self.stores_elsewhere = true;
    }

    /// Reads what is left: the program's own sections. An unknown key is refused, and in production everything that is
    /// only fit for trying out. Every [`Danger`], also of sections that were taken before, is judged by
    /// [`Settings::check_dangers`].
    ///
    /// # Errors
    /// [`SettingsError`]: the first problem found, and of production's own problems all.
    pub fn settings(&mut self) -> Result<Settings, SettingsError> {
        let shape = Shape::of::<RawSettings>();
        let mut left = std::mem::take(&mut self.left);
        remove_unread(&mut left, &self.built_in, &shape);
        let read = secret_files::read_into(&mut left, &shape, "").and_then(|()| {
            let raw = RawSettings::deserialize(Value::new(None, ValueKind::Table(left)));
            raw.map_err(|error| Context { at: "", shape: &shape, open: &self.open }.explain(error))
        });
        let settings = read.and_then(|raw| Settings::from_raw(raw, self.profile));
        let settings = settings.map_err(|problem| self.located(problem))?;
        if self.profile.is_production() { self.fit_for_production(settings) } else { Ok(settings) }
    }

    fn fit_for_production(&mut self, settings: Settings) -> Result<Settings, SettingsError> {
        let problems = settings.problems_in_production(self.stores_elsewhere);
        if let Some(problems) = self.all_located(problems) {
            return Err(problems);
        }
        let dangers = [settings.dangers(), std::mem::take(&mut self.dangers)].concat();
        let refused = self.all_located(dangers.iter().filter_map(Danger::refusal));
        let accepted = dangers.into_iter().filter(Danger::is_accepted).collect();
        Ok(Settings { accepted, refused, ..settings })
    }

    fn all_located(&self, problems: impl IntoIterator<Item = SettingsError>) -> Option<SettingsError> {
        SettingsError::all(problems.into_iter().map(|problem| self.located(problem)))
    }

    /// What was read, whose dangers are judged together with those of all other sections.
    fn kept<T>(&mut self, read: Result<Read<T>, SettingsError>) -> Result<T, SettingsError> {
        let Read { made, dangers } = read.map_err(|problem| self.located(problem))?;
        self.dangers.extend(dangers);
        Ok(made)
    }

    /// The sections of adapters in which something is set, in the order in which they were taken.
    #[must_use]
    pub fn set(&self) -> &[SetSection] {
        &self.set
    }

    /// Where all settings come from, also those that adapters have taken.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        load::sources(&self.whole)
    }

    /// What is wrong with the value at `key`, as the end of a sentence that begins with the key.
    #[must_use]
    pub fn problem(&self, key: &str, problem: &str) -> SettingsError {
        self.located(SettingsError::at(key, problem))
    }

    fn located(&self, problem: SettingsError) -> SettingsError {
        problems::locate(problem, &self.whole)
    }

    fn find(&self, key: &str) -> Option<&Value> {
        let mut parts = key.split('.');
        let first = self.whole.get(parts.next()?)?;
        parts.try_fold(first, |value, part| load::table(value)?.get(part))
    }

    /// The section at `path`, which is no longer in the tree then.
    fn remove(&mut self, path: &str, shape: &Shape) -> Result<Taken, SettingsError> {
        if !shape.is_empty() {
            self.open.push(path.to_owned());
        }
        let value = remove_at(&mut self.left, path).unwrap_or_else(|| Table::new().into());
        self.of_value(path, value)
    }

    fn of_value(&mut self, path: &str, value: Value) -> Result<Taken, SettingsError> {
        let ValueKind::Table(table) = value.kind else { return Err(not_a_setting(path.to_owned())) };
        let given = table.iter().filter(|(_, value)| is_given(value) && !is_built_in(value));
        let mut keys: Vec<_> = given.map(|(key, _)| key.clone()).collect();
        keys.sort();
        if !keys.is_empty() {
            self.set.push(SetSection { path: path.to_owned(), keys });
        }
        Ok(Taken { path: path.to_owned(), table, profile: self.profile })
    }
}

/// Names of sections only: values may be secret.
impl fmt::Debug for SectionTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SectionTree").field("profile", &self.profile).field("open", &self.open).finish_non_exhaustive()
    }
}

/// Removes a section, and those around it that held nothing else.
fn remove_at(table: &mut Table, path: &str) -> Option<Value> {
    let Some((first, rest)) = path.split_once('.') else { return table.remove(path) };
    let ValueKind::Table(below) = &mut table.get_mut(first)?.kind else { return None };
    let removed = remove_at(below, rest);
    if below.is_empty() {
        table.remove(first);
    }
    removed
}

/// Removes what the built-in files set for adapters that this program does not have.
fn remove_unread(left: &mut Table, built_in: &Table, shape: &Shape) {
    left.retain(|key, value| shape.has(key) || !built_in.get(key).is_some_and(|there| is_from(value, there)));
    for (name, below) in shape.sections() {
        if let (Some(value), Some(there)) = (left.get_mut(name), built_in.get(name).and_then(load::table))
            && let ValueKind::Table(section) = &mut value.kind
        {
            remove_unread(section, there, below);
        }
    }
}

/// Whether nothing in `value` comes from elsewhere than the built-in files.
fn is_from(value: &Value, built_in: &Value) -> bool {
    match (load::table(value), load::table(built_in)) {
        (Some(table), Some(there)) => {
            table.iter().all(|(key, value)| there.get(key).is_some_and(|there| is_from(value, there)))
        }
        _ => is_built_in(value),
    }
}
