//! Operators: callers with an admin key.

use auth_domain::admin::AdminKeySecret;
use auth_domain::secret_bytes::SecretBytes;
use auth_domain::text::hexadecimal;
use auth_ports::draw;
use auth_server::OsEntropy;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Value, json};

use crate::{Answer, Caller, Line, TestApp, unique_number, unique_username};

/// A caller of the admin listener with a key.
#[derive(Debug, Clone)]
pub struct Operator {
    line: Line,
    key: String,
    name: String,
}

impl Caller for Operator {
    fn line(&self) -> &Line {
        &self.line
    }

    fn headers(&self) -> HeaderMap {
        let value = HeaderValue::from_str(&format!("Bearer {}", self.key)).expect("a key fits a header");
        HeaderMap::from_iter([(AUTHORIZATION, value)])
    }
}

impl Operator {
    /// An operator whose key has every scope.
    ///
    /// # Panics
    /// If the service's stores are not on PostgreSQL.
    #[must_use]
    pub fn of(app: &TestApp) -> Self {
        Self::with_scopes(app, &["users:read", "users:write", "events:write", "metrics:read"])
    }

    /// An operator with a new key that has these scopes.
    ///
    /// # Panics
    /// If the service's stores are not on PostgreSQL.
    #[must_use]
    pub fn with_scopes(app: &TestApp, scopes: &[&str]) -> Self {
        let secret = AdminKeySecret::new(SecretBytes::new(draw(&OsEntropy)));
        let hash = hexadecimal(secret.hash().as_bytes());
        let name = format!("key{}", unique_number());
        let scopes: Vec<String> = scopes.iter().map(|scope| format!("'{scope}'")).collect();
        app.database().execute(&format!(
            "INSERT INTO admin_keys (id, name, hash, scopes, created_at) \
             VALUES (gen_random_uuid(), '{name}', '\\x{hash}', ARRAY[{}]::text[], now())",
            scopes.join(",")
        ));
        Self { line: app.admin().line().clone(), key: secret.expose(), name }
    }

    /// An operator with this key, which need not exist.
    #[must_use]
    pub fn with_key(app: &TestApp, key: &str) -> Self {
        Self { line: app.admin().line().clone(), key: key.to_owned(), name: String::new() }
    }

    /// The key itself.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The name of the key, as events show it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sends a DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Creates a user, and returns the id.
    ///
    /// # Panics
    /// If the user is not created.
    pub async fn create(&self, fields: Value) -> String {
        let made = self.post("/admin/v1/users", fields).await.ok();
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Creates a user with a username and this password, and returns id and name.
    pub async fn create_named(&self, password: &str) -> (String, String) {
        let name = unique_username();
        (self.create(json!({ "username": name, "password": password })).await, name)
    }

    /// Imports users, one per line of newline-delimited JSON, and returns the lines of the answer: what there is to say
    /// about lines that were not imported, and the summary.
    ///
    /// # Panics
    /// If there is no such answer.
    pub async fn import(&self, users: impl Into<Vec<u8>>) -> Vec<Value> {
        let answer = self.post_bytes("/admin/v1/users/import", "application/x-ndjson", users.into()).await;
        assert_eq!(answer.status, 200, "{answer}");
        let told = String::from_utf8_lossy(&answer.body);
        told.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }

    /// The user as operators see them.
    pub async fn user(&self, id: &str) -> Value {
        self.get(&format!("/admin/v1/users/{id}")).await.ok()
    }

    /// The kinds of a user's events, newest first.
    ///
    /// # Panics
    /// If the events cannot be read.
    pub async fn event_kinds(&self, id: &str) -> Vec<String> {
        let events = self.get(&format!("/admin/v1/events?user={id}")).await.ok();
        let events = events["events"].as_array().expect("events").clone();
        events.iter().map(|event| event["kind"].as_str().expect("a kind").to_owned()).collect()
    }
}
