//! The message that stops the start.

use std::fmt;

/// Why the settings cannot be used. Its text names the key, its variable and what is wrong, and
/// never holds the value of a secret. Problems that only production has are reported together, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    key: Option<String>,
    problem: String,
    file: Option<String>,
    more: Vec<SettingsError>,
}

impl SettingsError {
    /// `problem` completes a sentence that starts with the key: "must be …", "is missing".
    pub(crate) fn at(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: Some(key.into()), problem: problem.into(), file: None, more: Vec::new() }
    }

    /// A problem of no single key, as a whole sentence.
    pub(crate) fn general(problem: impl Into<String>) -> Self {
        Self { key: None, problem: problem.into(), file: None, more: Vec::new() }
    }

    /// Several problems, each with a line of its own; `None` of none.
    pub(crate) fn all(problems: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut problems = problems.into_iter();
        let first = problems.next()?;
        Some(Self { more: problems.collect(), ..first })
    }

    /// Names the file that the value comes from.
    pub(crate) fn in_file(self, file: Option<String>) -> Self {
        Self { file, ..self }
    }

    /// Every setting at fault, where problems name them.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self).chain(&self.more).filter_map(|problem| problem.key.as_deref())
    }

    /// The setting at fault, such as `http.listen`, where there is a single one; the first of several problems.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = &self.key {
            write!(f, "{} ({}) ", key.escape_debug(), variables_of(key))?;
        }
        f.write_str(&self.problem)?;
        self.file.as_ref().map_or(Ok(()), |file| write!(f, " [{file}]"))?;
        self.more.iter().try_for_each(|problem| write!(f, "\n{problem}"))
    }
}

impl std::error::Error for SettingsError {}

/// The variable of a setting. One element of a list has none of its own.
pub(crate) fn variable_of(key: &str) -> String {
    let setting = key.split('[').next().unwrap_or(key);
    format!("AUTH__{}", setting.replace('.', "__").to_uppercase())
}

fn variables_of(key: &str) -> String {
    let variable = variable_of(key);
    let variable = variable.escape_debug();
    if key == "database.url" { format!("{variable} or DATABASE_URL") } else { variable.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_that_names_key_variable_and_file() {
        let error = SettingsError::at("tokens.key_files[1]", "must be a path");
        assert_eq!(error.to_string(), "tokens.key_files[1] (AUTH__TOKENS__KEY_FILES) must be a path");
        let error = SettingsError::at("database.url", "is missing").in_file(Some("config/local.toml".into()));
        assert_eq!(
            error.to_string(),
            "database.url (AUTH__DATABASE__URL or DATABASE_URL) is missing [config/local.toml]"
        );
        assert!(!SettingsError::at("a.b\nc", "is not a setting").to_string().contains('\n'));
        let both = SettingsError::all([SettingsError::at("a.b", "is missing"), SettingsError::at("c.d", "is odd")]);
        assert_eq!(both.expect("two").to_string(), "a.b (AUTH__A__B) is missing\nc.d (AUTH__C__D) is odd");
        assert_eq!(SettingsError::all([]), None);
    }
}
