//! What a file or a variable says, before it is known what it should be.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Longest part of a refused value that a message repeats.
const MAX_SHOWN_CHARS: usize = 80;

/// How deserializers are told that a secret is asked for: the name of a newtype that does not exist.
pub(crate) const SECRET: &str = "auth_settings::secret";

/// A value as written. Variables are always texts.
pub enum Given {
    /// A text.
    Text(String),
    /// A whole number.
    Whole(i128),
    /// `true` or `false`.
    Flag(bool),
    /// A list.
    List(Vec<Given>),
    /// A table, a fraction or nothing: no setting is one.
    Other,
}

/// A type that settings can have.
pub trait Setting: Sized {
    /// Whether values are secrets, which may also be given as `<key>_file` and which no message repeats.
    const SECRET: bool = false;

    /// Reads a value.
    ///
    /// # Errors
    /// The rest of a sentence that begins with the key: "must be …".
    fn from_given(given: &Given) -> Result<Self, String>;
}

impl Given {
    /// An empty text, which a variable without a value is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }

    /// Reads a text. `must_be` is a noun phrase, such as "an address".
    ///
    /// # Errors
    /// "must be …, not …" for anything else.
    pub fn parse<T>(&self, must_be: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, String> {
        let parsed = match self {
            Self::Text(text) => parse(text.trim()),
            _ => None,
        };
        parsed.ok_or_else(|| format!("must be {must_be}, not {self}"))
    }

    /// Reads a text whose value no message may repeat.
    ///
    /// # Errors
    /// "must be …" for anything else, without what it is.
    pub fn parse_secret<T>(&self, must_be: &str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, String> {
        let parsed = match self {
            Self::Text(text) => parse(text),
            _ => None,
        };
        parsed.ok_or_else(|| format!("must be {must_be} (what it is now may be secret and is not shown)"))
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if text.is_empty() => f.write_str("empty"),
            Self::Text(text) => write!(f, "{:?}", text.chars().take(MAX_SHOWN_CHARS).collect::<String>()),
            Self::Whole(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::List(_) => f.write_str("a list"),
            Self::Other => f.write_str("a table, a fraction or nothing"),
        }
    }
}

impl Given {
    /// Reads what is written for a setting of the type `T`.
    pub(crate) fn of<'de, T: Setting, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if T::SECRET {
            return deserializer.deserialize_newtype_struct(SECRET, GivenVisitor);
        }
        deserializer.deserialize_any(GivenVisitor)
    }
}

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GivenVisitor)
    }
}

/// Accepts everything, so that no foreign message, which would hold the value, is ever made.
struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a setting")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Given, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E>(self, text: &str) -> Result<Given, E> {
        Ok(Given::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Given, E> {
        Ok(Given::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Given, E> {
        Ok(Given::Whole(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Given, E> {
        Ok(Given::Whole(number.into()))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Given, E> {
        Ok(Given::Whole(number))
    }

    fn visit_u128<E>(self, number: u128) -> Result<Given, E> {
        Ok(i128::try_from(number).map_or(Given::Other, Given::Whole))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Given, E> {
        Ok(Given::Other)
    }

    fn visit_unit<E>(self) -> Result<Given, E> {
        Ok(Given::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Given, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element()? {
            list.push(element);
        }
        Ok(Given::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Given, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Given::Other)
    }
}
