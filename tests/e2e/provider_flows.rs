//! What ties the end of a sign-in at a third party to its beginning.

use auth_providers::testing::FakeOidc;
use auth_tests::{
    Answer, Caller as _, FAILED_PRECONDITION, OnDevice, RESOURCE_EXHAUSTED, TestApp, ThirdPartyFlows as _,
    provider_uri, unique_person,
};
use serde_json::json;

async fn app_with_oidc() -> (TestApp, FakeOidc) {
    let builder = TestApp::builder();
    let fake = FakeOidc::start(builder.shared_clock());
    (builder.with_oidc(&fake.issuer()).start().await, fake)
}

async fn end(device: &OnDevice, code: &str) -> Answer {
    device.post("/auth/v1/provider/token", json!({ "provider_id": "acme", "provider_code": code })).await
}

/// Each flow has a verifier and a nonce of its own, and the database holds neither.
#[tokio::test]
async fn a_flow_is_of_one_sign_in() {
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    let parameters = |uri: &str| {
        let uri = reqwest::Url::parse(uri).expect("an address");
        let value = |name: &str| uri.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        (value("code_challenge").expect("a challenge"), value("nonce").expect("a nonce"))
    };
    let (first, second) = (device.locate("acme").await, device.locate("acme").await);
    let ((challenge, nonce), (other_challenge, other_nonce)) = (parameters(&first), parameters(&second));
    assert!(challenge != other_challenge && nonce != other_nonce, "{first}, then {second}");
    let kept = format!("{:?}", app.database().rows("SELECT * FROM provider_flows"));
    for secret in [challenge.as_str(), &nonce, &other_challenge, &other_nonce, device.id()] {
        assert!(!kept.contains(secret), "{secret} in {kept}");
    }
    assert_eq!(app.database().count("provider_flows"), 1);

    let approve = |uri: &str| fake.approve(uri, &unique_person()).expect("no error page").code;
    end(&device, &approve(&first)).await.refused(FAILED_PRECONDITION);
    end(&device, &approve(&second)).await.ok();
    assert_eq!(app.database().count("provider_flows"), 0);
    let ended = end(&device, &approve(&second)).await.refused(FAILED_PRECONDITION);
    assert!(ended.contains("/auth/v1/provider/uri"), "{ended}");
}

/// Each code would be good for itself.
#[tokio::test]
async fn of_two_codes_of_one_flow_at_once_one_is_taken() {
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    for _ in 0..5 {
        let uri = device.locate("acme").await;
        let [one, other] = [(); 2].map(|()| fake.approve(&uri, &unique_person()).expect("no error page").code);
        let (one, other) = tokio::join!(end(&device, &one), end(&device, &other));
        assert_eq!([one.status, other.status].iter().filter(|status| **status == 200).count(), 1, "{one} {other}");
    }
    assert_eq!(app.database().count("proofs"), 5);
}

#[tokio::test]
async fn a_flow_ends_after_ten_minutes() {
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    for (seconds, status) in [(599, 200), (600, 400)] {
        let code = device.fetch_code(&fake, &unique_person()).await;
        app.wait_seconds(seconds);
        let answer = end(&device, &code).await;
        assert_eq!(answer.status, status, "after {seconds} s: {answer}");
    }
}

#[tokio::test]
async fn flows_that_one_network_begins_are_limited() {
    let builder = TestApp::builder();
    let fake = FakeOidc::start(builder.shared_clock());
    let app = builder.with_oidc(&fake.issuer()).set("AUTH__LIMITS__PROVIDER_TOKENS_PER_NETWORK", "2").start().await;
    for _ in 0..2 {
        app.device().prove_identity(&fake, &unique_person()).await;
    }
    app.device().get(&provider_uri(&[("provider_id", "acme")])).await.refused(RESOURCE_EXHAUSTED);
    app.wait_seconds(60);
    app.device().prove_identity(&fake, &unique_person()).await;
}
