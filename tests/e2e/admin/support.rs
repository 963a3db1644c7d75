//! Operators: callers with an admin key.

use auth_domain::admin::AdminKeySecret;
use auth_domain::secret_bytes::SecretBytes;
use auth_ports::draw;
use auth_server::OsEntropy;
use auth_tests::{Answer, Caller, Line, TestApp, unique_number, unique_username};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Value, json};

use crate::openapi::admin_document;

/// A caller of the admin listener with a key.
#[derive(Debug, Clone)]
pub(crate) struct Operator {
    line: Line,
    key: String,
    /// The name of the key, as events show it.
    pub(super) name: String,
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
    /// The key itself.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// An operator whose key has every scope.
    pub(crate) fn of(app: &TestApp) -> Self {
        Self::with_scopes(app, &["users:read", "users:write", "events:write"])
    }

    /// An operator with a new key that has these scopes.
    pub(super) fn with_scopes(app: &TestApp, scopes: &[&str]) -> Self {
        let secret = AdminKeySecret::new(SecretBytes::new(draw(&OsEntropy)));
        let hash: String = secret.hash().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
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
    pub(super) fn with_key(app: &TestApp, key: &str) -> Self {
        Self { line: app.admin().line().clone(), key: key.to_owned(), name: String::new() }
    }

    /// Sends a DELETE.
    pub(super) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Creates a user, and returns the id.
    pub(super) async fn create(&self, fields: Value) -> String {
        let made = self.post("/admin/v1/users", fields).await.ok();
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Creates a user with a username and this password, and returns id and name.
    pub(crate) async fn create_named(&self, password: &str) -> (String, String) {
        let name = unique_username();
        (self.create(json!({ "username": name, "password": password })).await, name)
    }

    /// The user as operators see them.
    pub(super) async fn user(&self, id: &str) -> Value {
        self.get(&format!("/admin/v1/users/{id}")).await.ok()
    }

    /// The kinds of a user's events, newest first.
    pub(super) async fn event_kinds(&self, id: &str) -> Vec<String> {
        let events = self.get(&format!("/admin/v1/events?user={id}")).await.ok();
        let events = events["events"].as_array().expect("events").clone();
        events.iter().map(|event| event["kind"].as_str().expect("a kind").to_owned()).collect()
    }
}

/// Every endpoint in the document, with the scope that it needs. `user` replaces the id in the path.
pub(super) fn endpoints(user: &str) -> Vec<(Method, String, String)> {
    described().into_iter().map(|(method, path, scope)| (method, path.replace("{id}", user), scope)).collect()
}

/// Every endpoint that has a user's id in its path, with the scope that it needs.
pub(super) fn endpoints_of(user: &str) -> Vec<(Method, String, String)> {
    let of_users = described().into_iter().filter(|(_, path, _)| path.contains("{id}"));
    of_users.map(|(method, path, scope)| (method, path.replace("{id}", user), scope)).collect()
}

fn described() -> Vec<(Method, String, String)> {
    let document: Value = serde_json::from_str(&admin_document()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths").iter().filter(|(path, _)| path.starts_with("/admin/"));
    let operations = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, operation)| {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let scope = operation["security"][0]["admin_key"][0].as_str().unwrap_or_default();
            (method, path.clone(), scope.to_owned())
        })
    });
    operations.collect()
}
