//! Which keys a section has, found out by asking its type: they are named in messages, and secrets among them may come
//! from files. A list beside the type could differ from it.

use serde::Deserializer;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::values::SECRET;

/// The keys of a section, in the order of the type's fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shape(Vec<Key>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    name: &'static str,
    sort: Sort,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Sort {
    Plain,
    Secret,
    Section(Shape),
}

impl Shape {
    /// The keys that `T` reads.
    pub(crate) fn of<T: DeserializeOwned>() -> Self {
        explore::<T>(&[])
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|key| key.name == name)
    }

    pub(crate) fn secrets(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter(|key| key.sort == Sort::Secret).map(|key| key.name)
    }

    /// The sections in it, with their names.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (&'static str, &Shape)> {
        self.0.iter().filter_map(|key| match &key.sort {
            Sort::Section(shape) => Some((key.name, shape)),
            Sort::Plain | Sort::Secret => None,
        })
    }

    /// The section at a path such as `sms.webhook`; this one at the empty path.
    pub(crate) fn at(&self, path: &str) -> Option<&Self> {
        let mut parts = path.split('.').filter(|part| !part.is_empty());
        parts.try_fold(self, |shape, part| shape.sections().find(|(name, _)| *name == part).map(|(_, below)| below))
    }

    /// What may be written: every key, and the file of every secret.
    pub(crate) fn writable(&self) -> impl Iterator<Item = String> {
        self.0.iter().flat_map(|key| {
            let file = (key.sort == Sort::Secret).then(|| format!("{}_file", key.name));
            [Some(key.name.to_owned()), file].into_iter().flatten()
        })
    }
}

fn explore<T: DeserializeOwned>(path: &[usize]) -> Shape {
    let Found::Section(fields) = probe::<T>(path) else { return Shape::default() };
    let key = |(index, name): (usize, &&'static str)| {
        let below = [path, &[index]].concat();
        let sort = match probe::<T>(&below) {
            Found::Plain => Sort::Plain,
            Found::Secret => Sort::Secret,
            Found::Section(_) => Sort::Section(explore::<T>(&below)),
        };
        Key { name, sort }
    };
    Shape(fields.iter().enumerate().map(key).collect())
}

/// What a type asks for.
enum Found {
    Plain,
    Secret,
    Section(&'static [&'static str]),
}

/// Lets `T` read a section of one key only, and that of one key, and so on; then it is stopped.
fn probe<T: DeserializeOwned>(path: &[usize]) -> Found {
    let mut found = Found::Plain;
    // It always fails: what was asked for is the answer.
    let _ = T::deserialize(Probe { path, found: &mut found });
    found
}

struct Probe<'a> {
    path: &'a [usize],
    found: &'a mut Found,
}

fn stopped<T>() -> Result<T, Error> {
    Err(Error::custom("it is known now what is asked for"))
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        stopped()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == SECRET {
            *self.found = Found::Secret;
            return stopped();
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.path {
            [] => {
                *self.found = Found::Section(fields);
                stopped()
            }
            [index, below @ ..] => {
                let probe = Probe { path: below, found: self.found };
                visitor.visit_map(OneKey { key: fields.get(*index).copied(), probe: Some(probe) })
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

struct OneKey<'a> {
    key: Option<&'static str>,
    probe: Option<Probe<'a>>,
}

impl<'de> MapAccess<'de> for OneKey<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let key = self.key.take();
        key.map(|key| seed.deserialize::<StrDeserializer<'_, Error>>(key.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        self.probe.take().map_or_else(stopped, |probe| seed.deserialize(probe))
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use serde::Deserialize;

    use super::*;
    use crate::read;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape is of interest")]
    struct Outer {
        #[serde(deserialize_with = "read::value")]
        name: String,
        #[serde(default, deserialize_with = "read::optional")]
        token: Option<SecretString>,
        #[serde(deserialize_with = "read::list")]
        old_tokens: Vec<SecretString>,
        #[serde(default)]
        inner: Inner,
        maybe: Option<Inner>,
    }

    #[derive(Default, Deserialize)]
    #[expect(dead_code, reason = "only its shape is of interest")]
    struct Inner {
        #[serde(rename = "key", deserialize_with = "read::optional")]
        secret: Option<SecretString>,
        plain: u8,
    }

    #[test]
    fn keys_secrets_and_sections_are_the_types() {
        let shape = Shape::of::<Outer>();
        let written: Vec<_> = shape.writable().collect();
        assert_eq!(written, ["name", "token", "token_file", "old_tokens", "old_tokens_file", "inner", "maybe"]);
        assert_eq!(shape.secrets().collect::<Vec<_>>(), ["token", "old_tokens"]);
        for inner in ["inner", "maybe"] {
            let written: Vec<_> = shape.at(inner).expect(inner).writable().collect();
            assert_eq!(written, ["key", "key_file", "plain"]);
        }
        assert!(shape.at("").is_some_and(|itself| *itself == shape) && shape.at("name").is_none());
        assert!(Shape::of::<super::super::NoSection>().is_empty());
    }
}
