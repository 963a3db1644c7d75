//! Registered clients: who they are, what they may do, and what belongs only to them.

use auth_providers::testing::FakeOidc;
use auth_tests::{
    AccountFlows as _, Answer, Caller, Flows as _, INVALID_ARGUMENT, INVALID_GRANT, LOGIN_TYPE_DISABLED, Line,
    PERMISSION_DENIED, SignedIn, TestApp, TestAppBuilder, ThirdPartyFlows as _, UNAUTHENTICATED, UNAUTHORIZED_CLIENT,
    provider_uri, refresh_body, unique_device, unique_email, unique_person, unique_phone,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use url::Url;

const TOKEN: &str = "/auth/v1/token";
/// The secrets of the client `backend`, and the output of `printf %s … | sha256sum` for both.
const SECRETS: [&str; 2] = ["first-secret", "second-secret"];
const HASHES: &str = "sha256:e0a5091e7f566a51018100473bf5078fe614e6dde73a7592c1161ecd6ec3826a,\
    sha256:0ae70fa044cf10a0fc3887b85fe3675acc620a7d15e588e5f1f47e8b27787e5f";

/// A caller that authenticates as a client, on one device.
struct AsClient {
    line: Line,
    device: String,
    credentials: String,
}

impl Caller for AsClient {
    fn line(&self) -> &Line {
        &self.line
    }

    fn headers(&self) -> HeaderMap {
        let value = |text: &str| HeaderValue::from_str(text).expect("a header");
        let basic = format!("Basic {}", STANDARD.encode(&self.credentials));
        let device = HeaderName::from_static("x-device-id");
        HeaderMap::from_iter([(AUTHORIZATION, value(&basic)), (device, value(&self.device))])
    }
}

/// A caller with these credentials (`client_id:client_secret`).
fn with(app: &TestApp, credentials: &str) -> AsClient {
    let line = app.anonymous().line().clone();
    AsClient { line, device: unique_device(), credentials: credentials.to_owned() }
}

fn builder() -> TestAppBuilder {
    TestApp::builder()
        .set("AUTH__CLIENTS__REGISTERED__BACKEND__KIND", "confidential")
        .set("AUTH__CLIENTS__REGISTERED__BACKEND__SECRET_HASHES", HASHES)
        .set("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "public")
        .set("AUTH__CLIENTS__REGISTERED__SHOP__SCENARIOS", "email")
}

async fn client_credentials(caller: &impl Caller) -> Answer {
    client_credentials_at(TOKEN, caller).await
}

async fn client_credentials_at(path: &str, caller: &impl Caller) -> Answer {
    caller.post(path, json!({ "grant_type": "client_credentials" })).await
}

async fn introspect(caller: &impl Caller, token: &str) -> Value {
    caller.post("/auth/v1/introspect", json!({ "token": token })).await.ok()
}

fn inactive() -> Value {
    json!({ "active": false })
}

#[tokio::test]
async fn a_backend_gets_a_token_for_itself() {
    let app = builder().start().await;
    for secret in SECRETS {
        let backend = with(&app, &format!("backend:{secret}"));
        let answer = client_credentials(&backend).await;
        let token = answer.ok();
        assert_eq!(answer.header("cache-control"), "no-store");
        let mut names: Vec<_> = token.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
        names.sort();
        assert_eq!(names, ["access_token", "expires_in", "scope", "token_type"], "no refresh token");
        assert_eq!((&token["scope"], &token["expires_in"]), (&json!("client"), &json!(7200)));
    }
    let backend = with(&app, "backend:first-secret");
    let form = b"grant_type=client_credentials".to_vec();
    backend.post_bytes(TOKEN, "application/x-www-form-urlencoded", form).await.ok();
    let for_sdks = "/auth/v1/token/clientCredential";
    assert!(client_credentials_at(for_sdks, &backend).await.ok()["access_token"].is_string());
    client_credentials_at(for_sdks, &app.anonymous()).await.refused(UNAUTHORIZED_CLIENT);
}

#[tokio::test]
async fn a_secret_must_be_right_wherever_a_client_acts_for_itself() {
    let app = builder().start().await;
    for credentials in ["backend:", "backend:wrong", "backend:first-secret ", "shop:", "shop:x", "default:", "x:y"] {
        let caller = with(&app, credentials);
        client_credentials(&caller).await.refused(UNAUTHORIZED_CLIENT);
        let asked = caller.post("/auth/v1/introspect", json!({ "token": "x" })).await;
        asked.refused(UNAUTHORIZED_CLIENT);
    }
    let named = json!({ "grant_type": "client_credentials", "client_id": "backend" });
    app.anonymous().post(TOKEN, named.clone()).await.refused(UNAUTHORIZED_CLIENT);
    app.anonymous().post(&format!("{TOKEN}?client_id=backend"), named).await.refused(UNAUTHORIZED_CLIENT);
    let another = with(&app, "shop:first-secret");
    let path = "/auth/v1/introspect?client_id=backend";
    another.post(path, json!({ "token": "x" })).await.refused(UNAUTHORIZED_CLIENT);
    with(&app, "backend:wrong").post("/auth/v1/signup", json!({})).await.refused(UNAUTHORIZED_CLIENT);
    with(&app, "backend:").post("/auth/v1/signup", json!({})).await.refused(INVALID_ARGUMENT);
}

#[tokio::test]
async fn a_clients_token_opens_no_account_and_a_users_token_does_not_act_for_a_client() {
    let app = builder().start().await;
    let backend = with(&app, "backend:first-secret");
    let token = client_credentials(&backend).await.ok()["access_token"].as_str().expect("a token").to_owned();
    let bearer = app.anonymous().signed_in(&token);
    for path in ["/auth/v1/user/me", "/auth/v1/user/sessions", "/auth/v1/user/provider"] {
        bearer.get(path).await.refused(UNAUTHENTICATED);
    }
    assert_eq!(bearer.get("/auth/v1/token/introspect").await.ok(), json!({}));
    assert_eq!(introspect(&bearer, "nobody's").await, inactive());
    let itself = introspect(&bearer, &token).await;
    assert_eq!(
        (&itself["sub"], &itself["scope"], &itself["active"]),
        (&json!("backend"), &json!("client"), &json!(true))
    );

    let user = app.device().sign_up_by_phone().await;
    let refused = user.post("/auth/v1/introspect", json!({ "token": user.access_token() })).await;
    refused.refused(UNAUTHENTICATED);
    app.wait_seconds(7200);
    bearer.post("/auth/v1/introspect", json!({ "token": "x" })).await.refused(UNAUTHENTICATED);
    assert_eq!(introspect(&backend, &token).await, inactive());
}

#[tokio::test]
async fn a_live_token_is_described() {
    let app = builder().start().await;
    let backend = with(&app, "backend:first-secret");
    let user = app.device().sign_up(&unique_phone(), json!({ "username": "Ada_L" })).await;
    let (issuer, now) = (format!("http://{}", app.address()), 1_800_000_000);
    let expected = |token_type: &str, seconds: i64| {
        json!({
            "active": true, "token_type": token_type, "scope": "user", "client_id": "default", "username": "Ada_L",
            "sub": user.sub(), "aud": "default", "iss": issuer, "iat": now, "exp": now + seconds,
        })
    };
    assert_eq!(introspect(&backend, user.access_token()).await, expected("Bearer", 7200));
    assert_eq!(introspect(&backend, user.refresh_token()).await, expected("refresh_token", 31 * 24 * 3600));
    let form = format!("token={}&token_type_hint=access_token", user.access_token()).into_bytes();
    let form = backend.post_bytes("/auth/v1/introspect", "application/x-www-form-urlencoded", form).await;
    assert_eq!(form.ok()["active"], true);
    let nameless = app.device().sign_up_by_email().await;
    assert_eq!(introspect(&backend, nameless.access_token()).await["username"], Value::Null);
    backend.post("/auth/v1/introspect", json!({})).await.refused(INVALID_ARGUMENT);
}

#[tokio::test]
async fn only_who_shows_the_secret_gets_a_token_that_is_meant_for_the_client() {
    let app = builder().start().await;
    let backend = with(&app, "backend:first-secret");
    let issuer = format!("http://{}", app.address());
    let (phone, password) = (unique_phone(), "Passw0rd!x9");
    app.device().sign_up(&phone, json!({ "password": password })).await;
    let body = json!({ "username": phone.text(), "password": password, "client_id": "backend" });
    for (answer, audience) in [
        (app.device().post("/auth/v1/signin", body.clone()).await, issuer.as_str()),
        (with(&app, "backend:").post("/auth/v1/signin", body.clone()).await, issuer.as_str()),
        (backend.post("/auth/v1/signin", body.clone()).await, "backend"),
    ] {
        let tokens = answer.ok();
        let token = tokens["access_token"].as_str().expect("a token");
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        assert_eq!((&claims["aud"], &claims["client_id"]), (&json!(audience), &json!("backend")));
        assert_eq!(introspect(&backend, token).await["aud"], audience);
        let refreshed =
            backend.post(TOKEN, refresh_body(tokens["refresh_token"].as_str().expect("a token"))).await.ok();
        assert_eq!(introspect(&backend, refreshed["access_token"].as_str().expect("a token")).await["aud"], "backend");
    }
}

#[tokio::test]
async fn introspection_reveals_nothing_about_a_dead_token() {
    let app = builder().start().await;
    let backend = with(&app, "backend:first-secret");
    let user = app.device().sign_up_by_phone().await;
    let genuine = user.access_token();
    let long = "x".repeat(9000);
    for token in ["x", "m.", "a.b.c", "null", &genuine[1..], &format!("{genuine}x"), &long, "\u{0}", "é"] {
        assert_eq!(introspect(&backend, token).await, inactive(), "{token:.40}");
    }
    let refreshed = user.refreshed().await;
    assert_eq!(introspect(&backend, user.refresh_token()).await, inactive(), "it was used");
    assert_eq!(introspect(&backend, refreshed.refresh_token()).await["active"], true);
    app.database().execute(&format!("UPDATE users SET status = 'BLOCKED' WHERE id = {}", user.sub()));
    for token in [refreshed.access_token(), refreshed.refresh_token()] {
        assert_eq!(introspect(&backend, token).await, inactive(), "the user is blocked");
    }
    let user = app.device().sign_up_by_phone().await;
    user.post("/auth/v1/revoke", json!({})).await.ok();
    for token in [user.access_token(), user.refresh_token()] {
        assert_eq!(introspect(&backend, token).await, inactive(), "the session has ended");
    }
    let user = app.device().sign_up_by_phone().await;
    app.wait_seconds(7200);
    assert_eq!(introspect(&backend, user.access_token()).await, inactive(), "it has expired");
    assert_eq!(introspect(&backend, user.refresh_token()).await["active"], true);
}

#[tokio::test]
async fn a_refresh_token_is_good_only_for_its_client() {
    let app = builder().start().await;
    let (shop, backend) = (with(&app, "shop:"), with(&app, "backend:first-secret"));
    let of_shop = shop.sign_up_by_email().await;
    let of_backend = backend.sign_up_by_email().await;
    let of_default = app.device().sign_up_by_email().await;
    app.anonymous().refresh(of_shop.refresh_token()).await.refused(INVALID_GRANT);
    backend.refresh(of_shop.refresh_token()).await.refused(INVALID_GRANT);
    shop.refresh(of_backend.refresh_token()).await.refused(INVALID_GRANT);
    shop.refresh(of_default.refresh_token()).await.refused(INVALID_GRANT);
    with(&app, "backend:").refresh(of_backend.refresh_token()).await.refused(UNAUTHORIZED_CLIENT);
    app.anonymous().refresh(of_backend.refresh_token()).await.refused(INVALID_GRANT);

    let next = SignedIn::by(shop.line(), &shop.refresh(of_shop.refresh_token()).await);
    backend.refresh(of_backend.refresh_token()).await.ok();
    app.anonymous().refresh(of_default.refresh_token()).await.ok();
    app.wait_seconds(60);
    backend.refresh(of_shop.refresh_token()).await.refused(INVALID_GRANT);
    next.me().await;
    let in_body = json!({ "client_id": "shop" });
    let mut body = refresh_body(next.refresh_token());
    body["client_id"] = in_body["client_id"].clone();
    app.anonymous().post(TOKEN, body).await.ok();
}

#[tokio::test]
async fn a_client_offers_only_its_own_scenarios() {
    let fake_app = builder();
    let fake = FakeOidc::start(fake_app.shared_clock());
    let app = fake_app.with_oidc(&fake.issuer()).start().await;
    let shop = with(&app, "shop:");
    let by_phone = shop.sign_up_body(&unique_phone(), json!({})).await;
    shop.post("/auth/v1/signup", by_phone).await.refused(LOGIN_TYPE_DISABLED);
    shop.sign_up(&unique_email(), json!({})).await.me().await;
    let person = unique_person();
    let token = shop.prove_identity(&fake, &person).await;
    let body = json!({ "provider_token": token });
    shop.post("/auth/v1/signup", body.clone()).await.refused(LOGIN_TYPE_DISABLED);
    shop.sign_in_with_provider(&token).await.refused(LOGIN_TYPE_DISABLED);
    assert_eq!(app.database().count("users"), 1);

    let device = app.device();
    let token = device.prove_identity(&fake, &person).await;
    SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await).me().await;
    let shop = with(&app, "shop:");
    let token = shop.prove_identity(&fake, &person).await;
    let known = shop.sign_in_with_provider(&token).await;
    SignedIn::by(shop.line(), &known).me().await;
}

#[tokio::test]
async fn third_parties_redirect_only_to_the_clients_own_addresses() {
    let builder =
        builder().set("AUTH__CLIENTS__REGISTERED__SHOP__REDIRECT_URIS", "https://other.example.com/back?from=us");
    let fake = FakeOidc::start(builder.shared_clock());
    let app = builder.with_oidc(&fake.issuer()).start().await;
    let shop = with(&app, "shop:");
    let wanted = |uri: &str| provider_uri(&[("provider_id", "acme"), ("redirect_uri", uri)]);
    let redirect = |address: &str| {
        let address = Url::parse(address).expect("an address");
        address.query_pairs().find(|(name, _)| name == "redirect_uri").map(|(_, uri)| uri.into_owned())
    };
    shop.get(&wanted("https://app.example.com/signed-in")).await.refused(INVALID_ARGUMENT);
    shop.get(&wanted("https://other.example.com/back?from=us")).await.ok();
    assert_eq!(redirect(&shop.locate("acme").await).as_deref(), Some("https://other.example.com/back?from=us"));
    app.device().get(&wanted("https://app.example.com/signed-in")).await.ok();
    assert_eq!(redirect(&app.device().locate("acme").await).as_deref(), Some("https://app.example.com/signed-in"));
}

/// A preflight does not show the client that is named there.
#[tokio::test]
async fn a_client_named_in_the_body_or_in_basic_credentials_has_its_own_pages_too() {
    let app = builder()
        .set("AUTH__HTTP__ALLOWED_ORIGINS", "https://app.example.com")
        .set("AUTH__CLIENTS__REGISTERED__SHOP__ALLOWED_ORIGINS", "https://shop.example.com")
        .start()
        .await;
    let (shop, own) = ("https://shop.example.com", "https://app.example.com");
    let post = async |origin: &str, body: Value, basic: Option<&str>| {
        let request = app.anonymous().request(Method::POST, "/auth/v1/signup").header("origin", origin).json(&body);
        let request = basic.into_iter().fold(request, |request, client| request.basic_auth(client, Some("")));
        app.anonymous().send(request).await
    };
    for (origin, body, basic, allowed) in [
        (shop, json!({ "client_id": "shop" }), None, true),
        (own, json!({ "client_id": "shop" }), None, false),
        (shop, json!({}), Some("shop"), true),
        (own, json!({}), Some("shop"), false),
        (own, json!({}), None, true),
        (shop, json!({}), None, false),
    ] {
        let answer = post(origin, body.clone(), basic).await;
        assert_eq!(answer.header("access-control-allow-origin"), origin, "the page may read the refusal: {answer}");
        if allowed {
            answer.refused(INVALID_ARGUMENT);
        } else {
            assert!(answer.refused(PERMISSION_DENIED).contains(origin), "{answer}");
        }
    }
    // With an access token SDKs name no client: it is the token's. A token that is not ours names none.
    let user = app.device().sign_up_by_phone().await;
    let me = async |token: &str, origin: &str| {
        let caller = app.anonymous().signed_in(token);
        caller.send(caller.request(Method::GET, "/auth/v1/user/me").header("origin", origin)).await
    };
    me(user.access_token(), own).await.ok();
    me(user.access_token(), shop).await.refused(PERMISSION_DENIED);
    me("garbled", shop).await.refused(UNAUTHENTICATED);
    app.wait_seconds(7_201);
    for (token, origin, refusal) in [
        ("garbled", shop, PERMISSION_DENIED),
        (user.access_token(), shop, PERMISSION_DENIED),
        (user.access_token(), own, INVALID_ARGUMENT),
    ] {
        let caller = app.anonymous().signed_in(token);
        let request = caller.request(Method::POST, "/auth/v1/signup").header("origin", origin);
        caller.send(request.json(&json!({}))).await.refused(refusal);
    }
}

#[tokio::test]
async fn each_client_has_its_own_pages() {
    let app = builder()
        .set("AUTH__HTTP__ALLOWED_ORIGINS", "https://app.example.com")
        .set("AUTH__CLIENTS__REGISTERED__SHOP__ALLOWED_ORIGINS", "https://shop.example.com")
        .start()
        .await;
    for (origin, query, allowed) in [
        ("https://shop.example.com", "?client_id=shop", true),
        ("https://app.example.com", "?client_id=shop", false),
        ("https://shop.example.com", "?client_id=backend", false),
        ("https://app.example.com", "?client_id=backend", true),
        ("https://app.example.com", "?client_id=unknown", true),
        ("https://shop.example.com", "?client_id=unknown", false),
        // With an access token SDKs name no client.
        ("https://shop.example.com", "", true),
        ("https://app.example.com", "", true),
        ("https://evil.example.com", "", false),
        ("https://evil.example.com", "?client_id=shop", false),
    ] {
        let request = app.anonymous().request(Method::OPTIONS, &format!("/auth/v1/signup{query}"));
        let request = request.header("origin", origin).header("access-control-request-method", "POST");
        let answer = app.anonymous().send(request).await;
        if allowed {
            answer.ok();
            assert_eq!(answer.header("access-control-allow-origin"), origin, "{query}");
        } else {
            let text = answer.refused(PERMISSION_DENIED);
            let client = query.trim_start_matches("?client_id=");
            assert!(text.contains(origin) && text.contains(client), "{text}");
        }
    }
}
