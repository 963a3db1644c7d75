//! The super-app, as it speaks: errors come with status 200.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use auth_outbound::testing::{FakeWebhook, ReceivedRequest};
use serde_json::{Value, json};

pub(crate) const APP_ID: &str = "wx1";
pub(crate) const APP_SECRET: &str = "hunter2";

/// A stub, with the codes that it gave out and to whom.
pub(crate) struct Stub {
    pub(crate) server: FakeWebhook,
    codes: Arc<Mutex<Codes>>,
}

#[derive(Default)]
struct Codes {
    given: usize,
    good: BTreeMap<String, u32>,
    used: Vec<String>,
}

impl Stub {
    pub(crate) async fn start() -> Self {
        let codes = Arc::<Mutex<Codes>>::default();
        let known = Arc::clone(&codes);
        let answer = move |request: &ReceivedRequest| {
            (200, answer(request, &mut known.lock().expect("not poisoned")).to_string())
        };
        Self { server: FakeWebhook::speaking(answer).await, codes }
    }

    /// Lets a person say yes, and brings the code back.
    pub(crate) fn approve(&self, person: u32) -> String {
        let mut codes = self.codes.lock().expect("not poisoned");
        codes.given += 1;
        let code = format!("code-{}", codes.given);
        codes.good.insert(code.clone(), person);
        code
    }
}

fn answer(request: &ReceivedRequest, codes: &mut Codes) -> Value {
    let is_for_a_code =
        request.line.contains("/sns/oauth2/access_token?") && request.field("grant_type") == "authorization_code";
    if !request.line.starts_with("GET ") || !is_for_a_code {
        return json!({ "errcode": 40002, "errmsg": "invalid grant_type" });
    }
    if request.field("appid") != APP_ID || request.field("secret") != APP_SECRET {
        return json!({ "errcode": 40125, "errmsg": "invalid appsecret" });
    }
    let code = request.field("code");
    if codes.used.contains(&code) {
        return json!({ "errcode": 40163, "errmsg": format!("code been used, {code}") });
    }
    let Some(person) = codes.good.remove(&code) else {
        return json!({ "errcode": 40029, "errmsg": format!("invalid code, {code}") });
    };
    codes.used.push(code);
    json!({
        "access_token": "ACCESS", "expires_in": 7200, "refresh_token": "REFRESH", "scope": "snsapi_login",
        "openid": format!("o6_bmjrPTlm6_2sgVt7hMZOPf-{person}"),
    })
}
