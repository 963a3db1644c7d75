//! Any OpenID provider, configured by settings alone.

use std::time::Duration;

use auth_providers::testing::{FakeEndpoint, FakeOidc, KeySort, Lie, Misbehaviour, Person};
use auth_tests::{
    Answer, Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, OnDevice, PROVIDER_ERROR, Refusal,
    SignedIn, TestApp, ThirdPartyFlows as _, UNIMPLEMENTED, unique_person, unique_phone,
};
use serde_json::json;

const TOKEN: &str = "/auth/v1/provider/token";
const URI: &str = "/auth/v1/provider/uri?provider_id=acme";

async fn app_with_oidc() -> (TestApp, FakeOidc) {
    let builder = TestApp::builder();
    let fake = FakeOidc::start(builder.shared_clock());
    (builder.with_oidc(&fake.issuer()).start().await, fake)
}

async fn trade(device: &OnDevice, grant: &str, value: &str) -> Answer {
    device.post(TOKEN, json!({ "provider_id": "acme", grant: value })).await
}

#[tokio::test]
async fn an_unmodified_client_signs_up() {
    let (app, fake) = app_with_oidc().await;
    let (device, ada) = (app.device(), Person::ada());
    let code = device.fetch_code(&fake, &ada).await;
    let answer = trade(&device, "provider_code", &code).await.ok();
    let profile = &answer["provider_profile"];
    for (field, value) in [
        ("provider_id", json!("acme")),
        ("sub", json!(ada.subject)),
        ("name", json!(ada.name)),
        ("picture", json!(ada.picture)),
        ("email", json!(ada.email)),
        ("phone_number", json!(ada.phone_number)),
    ] {
        assert_eq!(profile[field], value, "{field}: {profile}");
    }
    let body = json!({ "provider_token": answer["provider_token"], "username": "ada.lovelace" });
    let user = SignedIn::by(device.line(), &device.post("/auth/v1/signup", body).await);
    assert_eq!(user.me().await["providers"][0]["id"], "acme");
    app.device().sign_up(&unique_phone(), json!({})).await;
}

#[tokio::test]
async fn the_address_asks_for_the_usual_things() {
    let (app, fake) = app_with_oidc().await;
    let uri = app.device().locate("acme").await;
    let uri = reqwest::Url::parse(&uri).expect("an address");
    let value = |name: &str| uri.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert!(uri.as_str().starts_with(&fake.issuer()));
    assert_eq!(value("scope").as_deref(), Some("openid email profile"));
    assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
    assert!(value("nonce").is_some() && value("state").is_some());
    let with_scope = app.device().get(&format!("{URI}&scope=openid")).await.ok();
    assert!(with_scope["uri"].as_str().is_some_and(|uri| uri.contains("scope=openid&")), "{with_scope}");
}

/// Without one, a code could not be told from a code of somebody else's.
#[tokio::test]
async fn clients_without_a_device_id() {
    let (app, fake) = app_with_oidc().await;
    let caller = app.anonymous();
    caller.get(URI).await.refused(INVALID_ARGUMENT);
    let code = app.device().fetch_code(&fake, &unique_person()).await;
    let body = json!({ "provider_id": "acme", "provider_code": code });
    assert!(caller.post(TOKEN, body).await.refused(INVALID_ARGUMENT).contains("x-device-id"));
    let body = json!({ "provider_id": "acme", "provider_id_token": fake.id_token(&unique_person(), None) });
    caller.post(TOKEN, body).await.ok();
}

#[tokio::test]
async fn an_id_token_that_the_client_obtained_itself() {
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    let token = fake.id_token(&Person::ada(), None);
    let answer = trade(&device, "provider_id_token", &token).await.ok();
    let replayed = trade(&device, "provider_id_token", &token).await;
    assert!(replayed.refused(FAILED_PRECONDITION).contains("fetch a fresh one"));
    let (signed, signature) = token.rsplit_once('.').expect("a token");
    let altered = format!("{signed}.{}", signature.to_lowercase());
    trade(&device, "provider_id_token", &altered).await.refused(FAILED_PRECONDITION);
    device.post("/auth/v1/signup", json!({ "provider_token": answer["provider_token"] })).await.ok();
    trade(&device, "provider_access_token", "at").await.refused(UNIMPLEMENTED);
    for garbage in ["x", "a.b.c", "\u{0}", &"a".repeat(30_000)] {
        trade(&device, "provider_id_token", garbage).await.refused(FAILED_PRECONDITION);
    }
}

/// SHA-256 of `mine`, in hexadecimal.
const HASHED: &str = "3fd30542fe3f61b14bd4a4b2dc0b6fb30fa6f63ebce52dd1778aaa8c4dc02cff";

#[tokio::test]
async fn the_nonce_of_an_id_token() {
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    for (in_token, shown, is_good) in [
        (Some("mine"), Some("mine"), true),
        (Some(HASHED), Some("mine"), true),
        (Some("mine"), None, false),
        (Some("mine"), Some(""), false),
        (Some("mine"), Some("other"), false),
        (None, Some("mine"), false),
    ] {
        let token = fake.id_token(&unique_person(), in_token);
        let body = json!({ "provider_id": "acme", "provider_id_token": token, "nonce": shown });
        let answer = device.post(TOKEN, body).await;
        if is_good {
            answer.ok();
        } else {
            assert!(answer.refused(FAILED_PRECONDITION).contains("nonce"), "{in_token:?}, {shown:?}");
        }
    }
}

#[tokio::test]
async fn an_operator_decides_about_id_tokens() {
    for (setting, value, with_nonce, without_nonce) in [
        ("ID_TOKEN_NONCE", "ignore", 200, 200),
        ("ID_TOKEN_NONCE", "check", 400, 200),
        ("ID_TOKENS", "false", 501, 501),
    ] {
        let builder = TestApp::builder();
        let fake = FakeOidc::start(builder.shared_clock());
        let setting = format!("AUTH__PROVIDERS__ACME__{setting}");
        let app = builder.with_oidc(&fake.issuer()).set(&setting, value).start().await;
        let device = app.device();
        for (nonce, status) in [(Some("the client's own"), with_nonce), (None, without_nonce)] {
            let answer = trade(&device, "provider_id_token", &fake.id_token(&unique_person(), nonce)).await;
            assert_eq!(answer.status, status, "{setting}={value}, {nonce:?}: {answer}");
        }
        device.prove_identity(&fake, &unique_person()).await;
    }
}

/// Settings of one provider after another: whose people sign in, and to whom tokens may have been issued.
#[tokio::test]
async fn an_operator_decides_about_tenants_and_parties() {
    let (ours, strangers) = ("8a1c3a53-0000-4000-8000-000000000001", "8a1c3a53-0000-4000-8000-000000000002");
    let builder = TestApp::builder();
    let fake = FakeOidc::start(builder.shared_clock());
    fake.serve_tenants();
    let builder = builder.with_oidc(&fake.issuer()).set("AUTH__PROVIDERS__ACME__TENANTS", ours);
    let app = builder.set("AUTH__PROVIDERS__ACME__AUTHORIZED_PARTIES", "another-client").start().await;
    let device = app.device();
    for (tenant, status) in [(ours, 200), (strangers, 400)] {
        // The app on the user's device, as Google has it.
        fake.add_claims(&[("tid", tenant), ("azp", "any-client")]);
        let code = device.fetch_code(&fake, &unique_person()).await;
        assert_eq!(trade(&device, "provider_code", &code).await.status, status, "{tenant}");
        let token = fake.id_token(&unique_person(), None);
        assert_eq!(trade(&device, "provider_id_token", &token).await.status, status, "{tenant}");
    }
    fake.add_claims(&[("tid", ours)]);
    fake.lie(Lie::AuthorizedParty);
    let token = fake.id_token(&unique_person(), None);
    trade(&device, "provider_id_token", &token).await.ok();
}

#[tokio::test]
async fn an_id_token_is_fresh() {
    let (app, fake) = app_with_oidc().await;
    let (device, tokens) =
        (app.device(), [fake.id_token(&unique_person(), None), fake.id_token(&unique_person(), None)]);
    app.wait_seconds(300);
    trade(&device, "provider_id_token", &tokens[0]).await.ok();
    app.wait_seconds(1);
    let late = trade(&device, "provider_id_token", &tokens[1]).await.refused(FAILED_PRECONDITION);
    assert!(late.contains("too long ago: fetch a fresh one"), "{late}");
}

#[tokio::test]
async fn a_code_works_once_and_on_its_device_only() {
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    let code = device.fetch_code(&fake, &unique_person()).await;
    trade(&device, "provider_code", &code).await.ok();
    trade(&device, "provider_code", &code).await.refused(FAILED_PRECONDITION);
    let stolen = device.fetch_code(&fake, &unique_person()).await;
    trade(&app.device(), "provider_code", &stolen).await.refused(FAILED_PRECONDITION);
}

#[tokio::test]
async fn keys_that_rotate() {
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    for sort in [KeySort::Es256, KeySort::Rs256, KeySort::Es256] {
        fake.rotate_key(sort);
        device.prove_identity(&fake, &unique_person()).await;
        app.wait_seconds(60);
    }
    fake.replace_key(KeySort::Es256);
    device.prove_identity(&fake, &unique_person()).await;
}

/// Tells one lie after another to the same service, and the truth in between.
#[tokio::test]
async fn lies_about_a_person() {
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    for lie in [
        Lie::Issuer,
        Lie::Audience,
        Lie::NoAudience,
        Lie::SeveralAudiences,
        Lie::AuthorizedParty,
        Lie::Expired,
        Lie::NoExpiry,
        Lie::NotYetValid,
        Lie::IssuedInFuture,
        Lie::AlgorithmNone,
        Lie::SymmetricWithPublicKey,
        Lie::ForeignKey,
        Lie::UnknownKey,
        Lie::Tampered,
        Lie::AccessTokenType,
        Lie::CriticalExtension,
        Lie::NoSubject,
        Lie::EmptySubject,
        Lie::HugeSubject,
        Lie::NumericSubject,
        Lie::ControlCharacterInSubject,
    ] {
        let code = device.fetch_code(&fake, &Person::ada()).await;
        fake.lie(lie);
        let by_code = trade(&device, "provider_code", &code).await;
        let token = fake.id_token(&Person::ada(), None);
        let by_token = trade(&device, "provider_id_token", &token).await;
        fake.tell_the_truth();
        for answer in [by_code, by_token] {
            let text = answer.refused(FAILED_PRECONDITION);
            assert!(!text.contains("attacker") && !text.contains(&token), "{lie:?}: {text}");
        }
    }
    assert_eq!(app.database().count("proofs"), 0);
    device.prove_identity(&fake, &Person::ada()).await;
}

#[tokio::test]
async fn lies_about_a_flow() {
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    for (lie, refusal) in [
        (Lie::Nonce, FAILED_PRECONDITION),
        (Lie::NoNonce, FAILED_PRECONDITION),
        (Lie::GarbledIdToken, FAILED_PRECONDITION),
        (Lie::NoIdToken, PROVIDER_ERROR),
        (Lie::OAuthError("invalid_grant"), FAILED_PRECONDITION),
        (Lie::OAuthError("invalid_client"), PROVIDER_ERROR),
        (Lie::OAuthError("temporarily_unavailable"), PROVIDER_ERROR),
        (Lie::OAuthError("<script>"), PROVIDER_ERROR),
    ] {
        let code = device.fetch_code(&fake, &Person::ada()).await;
        fake.lie(lie);
        let text = trade(&device, "provider_code", &code).await.refused(refusal);
        assert!(!text.contains("script"), "{text}");
        fake.tell_the_truth();
        device.prove_identity(&fake, &unique_person()).await;
    }
    fake.lie(Lie::IssuedLongAgo);
    let old = fake.id_token(&Person::ada(), None);
    trade(&device, "provider_id_token", &old).await.refused(FAILED_PRECONDITION);
}

/// A provider that lies about itself, each time to a service that has not cached its documents yet.
#[tokio::test]
async fn lies_about_a_provider() {
    for lie in [Lie::DiscoveredIssuer, Lie::IncompleteDiscovery] {
        let (app, fake) = app_with_oidc().await;
        fake.lie(lie);
        app.device().get(URI).await.refused(PROVIDER_ERROR);
        app.device().sign_up_by_phone().await;
    }
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    let code = device.fetch_code(&fake, &Person::ada()).await;
    fake.lie(Lie::GarbledKeySet);
    trade(&device, "provider_code", &code).await.refused(PROVIDER_ERROR);
}

#[tokio::test]
async fn an_endpoint_that_fails() {
    for endpoint in [FakeEndpoint::Discovery, FakeEndpoint::KeySet, FakeEndpoint::Token] {
        for how in [
            Misbehaviour::Status(500),
            Misbehaviour::Status(404),
            Misbehaviour::Html,
            Misbehaviour::HalfJson,
            Misbehaviour::BreakOff,
            Misbehaviour::Redirect,
            Misbehaviour::Huge,
            Misbehaviour::HugeWithoutLength,
            Misbehaviour::NotHttp,
        ] {
            assert_provider_error(endpoint, how).await;
        }
    }
}

/// The service waits ten seconds at most, and other requests do not wait.
#[tokio::test]
async fn an_endpoint_that_hangs() {
    let hanging = [FakeEndpoint::Discovery, FakeEndpoint::KeySet, FakeEndpoint::Token]
        .map(|endpoint| tokio::spawn(assert_provider_error(endpoint, Misbehaviour::Hang)));
    let halfway = tokio::spawn(assert_provider_error(FakeEndpoint::Token, Misbehaviour::HangHalfway));
    for run in hanging.into_iter().chain([halfway]) {
        let ended =
            tokio::time::timeout(Duration::from_secs(60), run).await.expect("the service does not wait forever");
        ended.expect("a clear error");
    }
}

async fn assert_provider_error(endpoint: FakeEndpoint, how: Misbehaviour) {
    let (app, fake) = app_with_oidc().await;
    let device = app.device();
    let refusal: Refusal = PROVIDER_ERROR;
    let answer = if endpoint == FakeEndpoint::Discovery {
        fake.lie(Lie::At(endpoint, how));
        device.get(URI).await
    } else {
        let code = device.fetch_code(&fake, &Person::ada()).await;
        fake.lie(Lie::At(endpoint, how));
        let balancer = app.anonymous();
        let (answer, health) = tokio::join!(trade(&device, "provider_code", &code), balancer.get("/readyz"));
        health.ok();
        answer
    };
    let text = answer.refused(refusal);
    assert!(!text.contains("127.0.0.1") && !text.contains("issuer"), "{endpoint:?} {how:?}: {text}");
    app.anonymous().get("/healthz").await.ok();
}

/// The fake is also the proxy. Nobody else knows the issuer's name.
#[tokio::test]
async fn a_provider_behind_an_outgoing_proxy() {
    let builder = TestApp::builder();
    let fake = FakeOidc::start(builder.shared_clock());
    let proxy = fake.issuer();
    fake.publish_as("http://issuer.invalid");
    let builder = builder.with_oidc("http://issuer.invalid");
    let app = builder.clone().set("http_proxy", &proxy).start().await;
    app.device().prove_identity(&fake, &unique_person()).await;
    let app = builder.set("HTTP_PROXY", &proxy).set("NO_PROXY", ".invalid").start().await;
    app.device().get(URI).await.refused(PROVIDER_ERROR);
}

/// Nobody listens there, and nobody will: the port is for privileged programs.
const NOWHERE: &str = "http://127.0.0.1:1";

#[tokio::test]
async fn a_provider_that_is_down() {
    let builder = TestApp::builder();
    let fake = FakeOidc::start(builder.shared_clock());
    fake.publish_as(NOWHERE);
    let token = fake.id_token(&Person::ada(), None);
    let app = builder.with_oidc(NOWHERE).start().await;
    app.device().get(URI).await.refused(PROVIDER_ERROR);
    trade(&app.device(), "provider_id_token", &token).await.refused(PROVIDER_ERROR);
    trade(&app.device(), "provider_code", "x").await.refused(FAILED_PRECONDITION);
    app.device().sign_up_by_phone().await;
}
