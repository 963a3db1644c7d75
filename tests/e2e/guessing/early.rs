//! Codes that strangers asked for before there was an account.

use auth_tests::{AccountFlows as _, Caller as _, Flows as _, INVALID_ARGUMENT, NEW_PASSWORD, unique_phone};
use serde_json::json;

use super::support::{VERIFY, at, behind_a_proxy};

/// Nobody counts guesses at them, so even the right ones open nothing.
#[tokio::test]
async fn codes_from_before_the_account_open_nothing_of_it() {
    let app = behind_a_proxy().without_limits().start().await;
    let phone = unique_phone();
    let mut early = Vec::new();
    for n in 0..40 {
        let stranger = at(&app, &format!("198.51.{n}.7"));
        let sent = stranger.send_code(&phone).await;
        early.push((stranger, sent));
    }
    app.wait_seconds(1);
    let owner = at(&app, "192.0.2.1").sign_up(&phone, json!({})).await;
    for (stranger, sent) in &early {
        stranger.post(VERIFY, sent.wrong()).await.refused(INVALID_ARGUMENT);
        let token = stranger.verify(sent).await;
        let by_code = json!({ "verification_token": token });
        let told = stranger.post("/auth/v1/signin", by_code.clone()).await.refused(INVALID_ARGUMENT);
        assert!(told.contains("ask for a new code"), "{told}");
        let reset = phone.with(json!({ "verification_token": token, "new_password": NEW_PASSWORD }));
        stranger.post("/auth/v1/reset", reset).await.refused(INVALID_ARGUMENT);
        owner.post("/auth/v1/user/sudo", by_code).await.refused(INVALID_ARGUMENT);
    }
    owner.assert_alive().await;
    // Whoever asks again gets a new code, even on a device whose old one was checked.
    let (device, old) = &early[0];
    assert_ne!(device.send_code(&phone).await.id, old.id);
    device.sign_in_by_code(&phone).await.ok();
}
