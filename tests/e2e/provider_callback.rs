//! A provider whose codes browsers post to the service, as Apple's do.

use auth_providers::testing::{FakeOidc, Person};
use auth_tests::{Answer, Caller as _, INVALID_ARGUMENT, NOT_FOUND, TestApp, provider_uri, unique_person};
use serde_json::json;
use url::form_urlencoded;

const CALLBACK: &str = "/auth/v1/provider/callback/acme";
const FIRST: &str = "https://app.example.com/signed-in";
const SECOND: &str = "https://other.example.com/back?from=us";

async fn app_with_posting_oidc() -> (TestApp, FakeOidc) {
    let builder = TestApp::builder();
    let fake = FakeOidc::start(builder.shared_clock());
    let builder = builder.with_oidc(&fake.issuer()).set("AUTH__PROVIDERS__ACME__RESPONSE_MODE", "form_post");
    (builder.set("AUTH__HTTP__PUBLIC_URL", "https://id.example.com/").start().await, fake)
}

/// Posts as a browser does that comes from the page of the third party.
async fn post(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let caller = app.anonymous();
    let request = caller.request(reqwest::Method::POST, path).header("origin", "https://appleid.apple.com");
    caller.send(request.header("content-type", "application/x-www-form-urlencoded").body(form)).await
}

#[tokio::test]
async fn the_code_reaches_the_client_as_from_any_other_provider() {
    let (app, fake) = app_with_posting_oidc().await;
    for (position, back) in [(1, FIRST), (2, SECOND)] {
        let (device, person) = (app.device(), unique_person());
        let state = "a+state/with=all & sorts";
        let wish = provider_uri(&[("provider_id", "acme"), ("redirect_uri", back), ("state", state)]);
        let answer = device.get(&wish).await.ok();
        let approval = fake.approve(answer["uri"].as_str().expect("an address"), &person).expect("no error page");
        let registered = format!("https://id.example.com{CALLBACK}/{position}");
        assert!(approval.redirect.starts_with(&registered), "{approval:?}");
        assert_eq!(approval.state, state);
        let fields = [("state", state), ("code", &approval.code), ("user", "{\"name\":{}}"), ("id_token", "a.b.c")];
        let sent_on = post(&app, &format!("{CALLBACK}/{position}"), &fields).await;
        assert_eq!((sent_on.status, sent_on.header("cache-control")), (303, "no-store"), "{sent_on}");
        assert!(sent_on.headers.get("access-control-allow-origin").is_none(), "no page may read it");
        let location = reqwest::Url::parse(sent_on.header("location")).expect("an address");
        assert!(location.as_str().starts_with(back), "{location}");
        let brought: Vec<_> = location.query_pairs().filter(|(name, _)| name != "from").collect();
        assert_eq!(brought, [("code".into(), (&*approval.code).into()), ("state".into(), state.into())]);
        let body = json!({
            "provider_id": "acme", "provider_code": approval.code, "provider_redirect_uri": back,
        });
        let proven = device.post("/auth/v1/provider/token", body).await.ok();
        assert_eq!(proven["provider_profile"]["sub"], person.subject);
    }
}

#[tokio::test]
async fn a_refusal_reaches_the_client() {
    let (app, _fake) = app_with_posting_oidc().await;
    let answer = post(&app, &format!("{CALLBACK}/1"), &[("error", "user_cancelled_authorize"), ("state", "s")]).await;
    let expected = format!("{FIRST}?state=s&error=user_cancelled_authorize");
    assert_eq!((answer.status, answer.header("location")), (303, &*expected));
}

#[tokio::test]
async fn nothing_else_is_sent_on() {
    let (app, _fake) = app_with_posting_oidc().await;
    let (long, huge) = ("x".repeat(2049), "x".repeat(70_000));
    for fields in [
        &[][..],
        &[("state", "s")],
        &[("code", "")],
        &[("code", "a"), ("code", "b")],
        &[("code", "a"), ("state", "b"), ("state", "c")],
        &[("code", &long)],
        &[("code", "a"), ("state", &long)],
    ] {
        post(&app, &format!("{CALLBACK}/1"), fields).await.refused(INVALID_ARGUMENT);
    }
    assert_eq!(post(&app, &format!("{CALLBACK}/1"), &[("code", &huge)]).await.status, 413);
    let code = [("code", "a"), ("redirect_uri", "https://evil.example/")];
    for path in ["acme/0", "acme/3", "acme/-1", "acme/x", "acme/99999999999999999999999", "github/1"] {
        post(&app, &format!("/auth/v1/provider/callback/{path}"), &code).await.refused(NOT_FOUND);
    }
    let sent_on = post(&app, &format!("{CALLBACK}/1"), &code).await;
    assert_eq!(sent_on.header("location"), format!("{FIRST}?code=a"));
    assert_eq!(app.anonymous().get(&format!("{CALLBACK}/1")).await.status, 405);
}

#[tokio::test]
async fn a_provider_without_forms_sends_nobody_here() {
    let builder = TestApp::builder();
    let fake = FakeOidc::start(builder.shared_clock());
    let app = builder.with_oidc(&fake.issuer()).start().await;
    post(&app, &format!("{CALLBACK}/1"), &[("code", "a")]).await.refused(NOT_FOUND);
    let answer = app.device().get(&provider_uri(&[("provider_id", "acme")])).await.ok();
    let approval = fake.approve(answer["uri"].as_str().expect("an address"), &Person::ada()).expect("no error page");
    assert!(approval.redirect.starts_with(FIRST) && !answer["uri"].to_string().contains("response_mode"));
}
