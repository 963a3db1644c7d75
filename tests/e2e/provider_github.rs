//! GitHub, a provider without ID tokens.

use auth_providers::testing::{FakeEndpoint, FakeGitHub, Lie, Misbehaviour, Person};
use auth_tests::{
    Answer, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, NOT_FOUND, OnDevice, PROVIDER_ERROR,
    SignedIn, TestApp, ThirdPartyFlows as _, UNIMPLEMENTED, provider_uri, unique_email, unique_person,
};
use percent_encoding::percent_decode_str;
use serde_json::json;

const TOKEN: &str = "/auth/v1/provider/token";

async fn app_with_github() -> (TestApp, FakeGitHub) {
    let github = FakeGitHub::start();
    (TestApp::builder().with_github(&github.base()).start().await, github)
}

async fn trade(device: &OnDevice, code: &str) -> Answer {
    device.post(TOKEN, json!({ "provider_id": "github", "provider_code": code })).await
}

#[tokio::test]
async fn a_code_earns_a_token_and_a_profile() {
    let (app, github) = app_with_github().await;
    let (device, ada) = (app.device(), Person::ada());
    let answer = trade(&device, &device.fetch_code(&github, &ada).await).await.ok();
    assert!(answer["provider_token"].as_str().is_some_and(|token| token.len() >= 32), "{answer}");
    assert_eq!(answer["expires_in"], 3600);
    let profile = &answer["provider_profile"];
    for (field, value) in [
        ("provider_id", json!("github")),
        ("provider", json!("github")),
        ("sub", json!("1815")),
        ("name", json!(ada.name)),
        ("picture", json!(ada.picture)),
        ("email", json!(ada.email)),
    ] {
        assert_eq!(profile[field], value, "{field}: {profile}");
    }
}

/// It is shown, and links nobody to the account that has it.
#[tokio::test]
async fn the_address_of_a_person_who_shows_none_in_public() {
    let (app, github) = app_with_github().await;
    let (device, person, address) = (app.device(), unique_person(), unique_email());
    let owner = app.device().sign_up(&address, json!({})).await;
    github.list_emails(json!([
        { "email": "old@example.com", "primary": false, "verified": true },
        { "email": address.text(), "primary": true, "verified": true },
    ]));
    let answer = trade(&device, &device.fetch_code(&github, &person).await).await.ok();
    assert_eq!(answer["provider_profile"]["email"], address.text());
    let body = json!({ "provider_token": answer["provider_token"] });
    let newcomer = SignedIn::by(device.line(), &device.post("/auth/v1/signin/with/provider", body).await);
    assert_ne!(newcomer.sub(), owner.sub());
    let me = newcomer.me().await;
    assert!(me["email"].as_str().is_none_or(str::is_empty), "{me}");
}

/// js-sdk decodes the whole address before it uses it.
#[tokio::test]
async fn the_address_survives_what_sdks_do_to_it() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let back = "https://app.example.com/signed-in";
    for fields in [
        vec![("provider_id", "github")],
        vec![("provider_id", "github"), ("redirect_uri", back), ("state", "the state")],
        vec![("provider_id", "github"), ("redirect_uri", ""), ("state", ""), ("scope", ""), ("response_type", "")],
    ] {
        let answer = device.get(&provider_uri(&fields)).await.ok();
        let uri = answer["uri"].as_str().expect("an address");
        let decoded = percent_decode_str(uri).decode_utf8().unwrap().into_owned();
        let approval = github.approve(&decoded, &unique_person()).expect("no error page");
        assert!(approval.redirect.starts_with(back), "{approval:?}");
        let state = fields.iter().find(|(name, value)| *name == "state" && !value.is_empty());
        assert!(state.is_none_or(|(_, state)| approval.state == *state), "{approval:?}");
        trade(&device, &approval.code).await.ok();
    }
}

#[tokio::test]
async fn another_registered_address() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let back = "https://other.example.com/back?from=us";
    let answer = device.get(&provider_uri(&[("provider_id", "github"), ("redirect_uri", back)])).await.ok();
    let approval = github.approve(answer["uri"].as_str().unwrap_or_default(), &unique_person()).expect("no error page");
    assert!(approval.redirect.starts_with(back), "{approval:?}");
    let body = json!({ "provider_id": "github", "provider_code": approval.code, "provider_redirect_uri": back });
    device.post(TOKEN, body).await.ok();
}

#[tokio::test]
async fn addresses_that_are_not_registered() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let code = device.fetch_code(&github, &unique_person()).await;
    for back in [
        "https://evil.example.com/",
        "https://app.example.com/signed-in/",
        "https://app.example.com/signed-in?x",
        "https://app.example.com.evil.com/signed-in",
        "http://app.example.com/signed-in",
        "javascript:alert(1)",
        "//evil.example.com",
    ] {
        device.get(&provider_uri(&[("provider_id", "github"), ("redirect_uri", back)])).await.refused(INVALID_ARGUMENT);
        let body = json!({ "provider_id": "github", "provider_code": code, "provider_redirect_uri": back });
        device.post(TOKEN, body).await.refused(INVALID_ARGUMENT);
    }
    trade(&device, &code).await.ok();
}

#[tokio::test]
async fn a_client_may_add_parameters_but_not_replace_any() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let reserved = [
        "client_id",
        "redirect_uri",
        "response_type",
        "state",
        "code_challenge",
        "code_challenge_method",
        "CLIENT_ID",
        "scope",
        "nonce",
        "request",
        "request_uri",
        "response_mode",
    ];
    let names: Vec<String> = reserved.iter().map(|name| format!("other_params[{name}]")).collect();
    let mut fields = vec![("provider_id", "github"), ("state", "mine"), ("other_params[login]", "ann")];
    fields.extend(names.iter().map(|name| (name.as_str(), "evil")));
    let answer = device.get(&provider_uri(&fields)).await.ok();
    let uri = answer["uri"].as_str().expect("an address");
    assert!(uri.contains("login=ann") && !uri.contains("evil"), "{uri}");
    let approval = github.approve(uri, &unique_person()).expect("no error page");
    assert_eq!(approval.state, "mine");
    trade(&device, &approval.code).await.ok();
}

#[tokio::test]
async fn unknown_providers_and_missing_fields() {
    let (app, _github) = app_with_github().await;
    let caller = app.anonymous();
    for id in ["wechat", "GITHUB", "github ", "..", "\u{0}", &"a".repeat(5000)] {
        caller.get(&provider_uri(&[("provider_id", id)])).await.refused(NOT_FOUND);
        let body = json!({ "provider_id": id, "provider_code": "x" });
        caller.post(TOKEN, body).await.refused(NOT_FOUND);
    }
    for path in ["/auth/v1/provider/uri", "/auth/v1/provider/uri?provider_id=", "/auth/v1/provider/uri?provider_id=%ff"]
    {
        let answer = caller.get(path).await;
        assert!(answer.status == 400 || answer.status == 404, "{answer}");
        answer.check();
    }
    for body in [
        json!({}),
        json!({ "provider_code": "x" }),
        json!({ "provider_id": "", "provider_code": "x" }),
        json!({ "provider_id": "github" }),
        json!({ "provider_id": "github", "provider_code": "" }),
        json!({ "provider_id": "github", "provider_code": "x", "provider_id_token": "y" }),
        json!({ "provider_id": "github", "provider_code": "x", "provider_access_token": "y" }),
    ] {
        caller.post(TOKEN, body).await.refused(INVALID_ARGUMENT);
    }
    for grant in ["provider_id_token", "provider_access_token"] {
        caller.post(TOKEN, json!({ "provider_id": "github", grant: "x" })).await.refused(UNIMPLEMENTED);
    }
}

#[tokio::test]
async fn codes_that_prove_nothing() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    let used = device.fetch_code(&github, &unique_person()).await;
    trade(&device, &used).await.ok();
    for code in [&used, "made-up", "\u{0}", "a b&c=d", &"x".repeat(10_000)] {
        trade(&device, code).await.refused(FAILED_PRECONDITION);
    }
    let stolen = device.fetch_code(&github, &unique_person()).await;
    trade(&app.device(), &stolen).await.refused(FAILED_PRECONDITION);
}

#[tokio::test]
async fn a_failing_github_leads_to_a_clear_error() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    for endpoint in [FakeEndpoint::Token, FakeEndpoint::User] {
        for how in [
            Misbehaviour::Status(500),
            Misbehaviour::Status(204),
            Misbehaviour::Html,
            Misbehaviour::HalfJson,
            Misbehaviour::BreakOff,
            Misbehaviour::Redirect,
            Misbehaviour::Huge,
            Misbehaviour::HugeWithoutLength,
            Misbehaviour::NotHttp,
        ] {
            let code = device.fetch_code(&github, &unique_person()).await;
            github.lie(Lie::At(endpoint, how));
            let answer = trade(&device, &code).await;
            let text = answer.refused(PROVIDER_ERROR);
            assert!(!text.contains("127.0.0.1"), "{endpoint:?} {how:?}: {text}");
        }
    }
    assert_eq!(app.database().count("proofs"), 0);
    app.anonymous().get("/readyz").await.ok();
}

#[tokio::test]
async fn a_github_that_refuses() {
    let (app, github) = app_with_github().await;
    let device = app.device();
    for (lie, refusal) in [
        (Lie::OAuthError("bad_verification_code"), FAILED_PRECONDITION),
        (Lie::OAuthError("unverified_user_email"), FAILED_PRECONDITION),
        (Lie::OAuthError("incorrect_client_credentials"), PROVIDER_ERROR),
    ] {
        let code = device.fetch_code(&github, &unique_person()).await;
        github.lie(lie);
        trade(&device, &code).await.refused(refusal);
    }
}
