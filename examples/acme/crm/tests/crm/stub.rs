//! The CRM, as it speaks.

use auth_outbound::testing::{FakeWebhook, ReceivedRequest};
use serde_json::json;

pub(crate) const TOKEN: &str = "hunter2";

/// Starts a stub.
pub(crate) async fn start() -> FakeWebhook {
    FakeWebhook::speaking(answer).await
}

fn answer(request: &ReceivedRequest) -> (u16, String) {
    if !request.line.starts_with("POST /messages/contacts ") {
        return (404, json!({ "error": "not found" }).to_string());
    }
    let is_ours = request.header("authorization") == format!("Bearer {TOKEN}");
    if !is_ours || request.header("idempotency-key").is_empty() {
        return (401, json!({ "error": "who are you?" }).to_string());
    }
    (201, json!({ "id": request.json()["id"] }).to_string())
}
