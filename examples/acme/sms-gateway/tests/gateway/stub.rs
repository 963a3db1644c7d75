//! The vendor, as it speaks.

use auth_outbound::testing::{FakeWebhook, ReceivedRequest};
use serde_json::json;

pub(crate) const ACCOUNT: &str = "AC1";
pub(crate) const TOKEN: &str = "hunter2";
pub(crate) const FROM: &str = "+15017122661";
/// Base64 of `AC1:hunter2`.
const BASIC: &str = "Basic QUMxOmh1bnRlcjI=";

pub(crate) async fn start() -> FakeWebhook {
    FakeWebhook::speaking(answer).await
}

fn answer(request: &ReceivedRequest) -> (u16, String) {
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    if !request.line.starts_with("POST ") || !request.line.contains(&path) {
        return refusal(404, 20404, "The requested resource was not found");
    }
    if request.header("authorization") != BASIC {
        return refusal(401, 20003, "Authenticate");
    }
    let to = request.field("To");
    if !to.starts_with('+') || request.field("From") != FROM {
        return refusal(400, 21211, &format!("The 'To' number {to} is not a valid phone number."));
    }
    (201, json!({ "sid": "SM1", "status": "queued", "to": to, "error_code": null }).to_string())
}

/// As the vendor words it.
pub(crate) fn refusal(status: u16, code: u32, message: &str) -> (u16, String) {
    let more_info = format!("https://www.gateway.example/docs/errors/{code}");
    (status, json!({ "code": code, "message": message, "more_info": more_info, "status": status }).to_string())
}
