//! Values that no other test of this run has.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};

/// A number that no other call returns, counting up from 1.
#[must_use]
pub fn unique_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// An identifier that reaches a person, such as a phone number, as a client writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    field: &'static str,
    text: String,
}

impl Address {
    /// An address of the kind whose body field has this name, as a client writes it.
    #[must_use]
    pub fn of(field: &'static str, text: &str) -> Self {
        Self { field, text: text.to_owned() }
    }

    /// A phone number, as a client writes it.
    #[must_use]
    pub fn phone(text: &str) -> Self {
        Self::of("phone_number", text)
    }

    /// An e-mail address, as a client writes it.
    #[must_use]
    pub fn email(text: &str) -> Self {
        Self::of("email", text)
    }

    /// The name of the body field.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.field
    }

    /// The address as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// `extra` with this address in its field.
    ///
    /// # Panics
    /// If `extra` is not an object.
    #[must_use]
    pub fn with(&self, extra: Value) -> Value {
        let mut fields: Map<String, Value> = match extra {
            Value::Object(fields) => fields,
            other => panic!("not an object: {other}"),
        };
        fields.insert(self.field().to_owned(), json!(self.text()));
        Value::Object(fields)
    }
}

/// A unique mainland mobile number in the contract's form.
#[must_use]
pub fn unique_phone() -> Address {
    Address::phone(&format!("+86 13{:09}", 100_000_000 + unique_number()))
}

/// A unique e-mail address.
#[must_use]
pub fn unique_email() -> Address {
    Address::email(&format!("person{}@example.com", unique_number()))
}

/// A unique username that is valid in every scenario.
#[must_use]
pub fn unique_username() -> String {
    format!("user_{}", unique_number())
}

/// A device id as SDKs generate it: 32 hexadecimal characters.
#[must_use]
pub fn unique_device() -> String {
    format!("{:032x}", unique_number())
}
