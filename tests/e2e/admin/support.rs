//! What the document says about the endpoints of the admin listener.

use reqwest::Method;
use serde_json::Value;

use crate::openapi::admin_document;

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
