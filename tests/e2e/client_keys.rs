//! Publishable keys, which SDKs send in the place of an access token (`accessKey`).

use auth_tests::{
    Answer, Caller, Flows as _, PERMISSION_DENIED, SignedIn, TestApp, UNAUTHENTICATED, UNAUTHORIZED_CLIENT,
    unique_phone,
};
use reqwest::Method;
use serde_json::{Value, json};

const SEND: &str = "/auth/v1/verification";
const VERIFY: &str = "/auth/v1/verification/verify";
const SIGN_UP: &str = "/auth/v1/signup";

/// A service that serves registered clients only, as in production, with a key of each.
async fn serving() -> (TestApp, SignedIn, SignedIn) {
    let app = TestApp::builder()
        .set("AUTH__HTTP__ALLOWED_ORIGINS", "https://app.example.com")
        .set("AUTH__CLIENTS__UNKNOWN", "refuse")
        .set("AUTH__CLIENTS__DEFAULT_CLIENT_ID", "main")
        .set("AUTH__CLIENTS__REGISTERED__SHOP__KIND", "public")
        .set("AUTH__CLIENTS__REGISTERED__SHOP__ALLOWED_ORIGINS", "https://shop.example.com")
        .set("AUTH__CLIENTS__REGISTERED__FORUM__KIND", "public")
        .start()
        .await;
    let [shop, forum] = [("shop", '1'), ("forum", '2')].map(|(client, digit)| with_key(&app, client, digit));
    (app, shop, forum)
}

/// Somebody who shows a new key of this client. The digit makes it unlike others.
fn with_key(app: &TestApp, client: &str, digit: char) -> SignedIn {
    let key = format!("pk_{}", digit.to_string().repeat(32));
    app.database().execute(&format!(
        "INSERT INTO client_keys (key, client_id, created_at) VALUES ('{key}', '{client}', '2027-01-15T08:00:00Z')"
    ));
    app.anonymous().signed_in(&key)
}

fn named(path: &str, client: &str) -> String {
    format!("{path}?client_id={client}")
}

/// The client that an access token was issued to.
async fn client_of(caller: &impl Caller, answer: &Answer) -> Value {
    SignedIn::by(caller.line(), answer).get("/auth/v1/token/introspect").await.ok()["client_id"].clone()
}

#[tokio::test]
async fn what_a_key_began_the_clients_name_continues() {
    let (app, shop, _) = serving().await;
    for (named_at_verify, named_at_sign_up) in [(true, true), (false, true), (true, false), (false, false)] {
        let phone = unique_phone();
        let sent = shop.send_code(&phone).await;
        let post = async |path: &str, is_named: bool, body: Value| {
            if is_named { app.anonymous().post(&named(path, "shop"), body).await } else { shop.post(path, body).await }
        };
        let verified = post(VERIFY, named_at_verify, sent.body()).await.ok();
        let body = phone.with(json!({ "verification_token": verified["verification_token"] }));
        let answer = post(SIGN_UP, named_at_sign_up, body).await;
        assert_eq!(client_of(&shop, &answer).await, "shop", "{named_at_verify} {named_at_sign_up}");
    }
}

#[tokio::test]
async fn a_code_belongs_to_the_client_of_the_key() {
    let (app, shop, forum) = serving().await;
    let sent = shop.send_code(&unique_phone()).await;
    forum.post(VERIFY, sent.body()).await.refused(auth_tests::INVALID_ARGUMENT);
    app.anonymous().post(VERIFY, sent.body()).await.refused(auth_tests::INVALID_ARGUMENT);
    let both = shop.post(&named(VERIFY, "shop"), sent.body()).await;
    assert!(both.ok()["verification_token"].is_string());
}

#[tokio::test]
async fn a_key_and_a_name_must_agree_and_a_key_must_be_known() {
    let (app, shop, _) = serving().await;
    let phone = || unique_phone().with(json!({}));
    let in_body = |client: &str| unique_phone().with(json!({ "client_id": client }));
    shop.post(SEND, phone()).await.ok();
    shop.post(&named(SEND, "shop"), phone()).await.ok();
    shop.post(SEND, in_body("shop")).await.ok();
    for (path, body, said) in [
        (named(SEND, "forum"), phone(), "different clients"),
        (named(SEND, "main"), phone(), "different clients"),
        (SEND.to_owned(), in_body("forum"), "different clients"),
        (named(SEND, "stranger"), phone(), "client_id is unknown"),
    ] {
        let description = shop.post(&path, body).await.refused(UNAUTHORIZED_CLIENT);
        assert!(description.contains(said), "{path}: {description}");
    }
    let of_nobody = with_key(&app, "gone", '9');
    app.wait_seconds(1);
    let unknown = format!("pk_{}", "a".repeat(32));
    for key in ["pk_", "pk_1", "pk_shop", &unknown, &unknown.to_uppercase().replacen("PK", "pk", 1)] {
        for (method, path) in [(Method::POST, SEND), (Method::POST, SIGN_UP), (Method::GET, "/auth/v1/user/me")] {
            let caller = app.anonymous().signed_in(key);
            let answer = caller.send(caller.request(method, path).body("{}")).await;
            assert!(answer.refused(UNAUTHORIZED_CLIENT).contains("access key"), "{key}: {answer}");
        }
    }
    of_nobody.post(SEND, phone()).await.refused(UNAUTHORIZED_CLIENT);
}

#[tokio::test]
async fn a_revoked_key_is_refused_within_ten_seconds() {
    let (app, shop, forum) = serving().await;
    let send = async |caller: &SignedIn| caller.post(SEND, unique_phone().with(json!({}))).await;
    send(&shop).await.ok();
    let digits = "1".repeat(32);
    app.database().execute(&format!("UPDATE client_keys SET revoked_at = created_at WHERE key = 'pk_{digits}'"));
    app.wait_seconds(10);
    send(&shop).await.refused(UNAUTHORIZED_CLIENT);
    send(&forum).await.ok();
}

#[tokio::test]
async fn a_key_is_nobodys_session() {
    let (app, shop, _) = serving().await;
    for path in ["/auth/v1/user/me", "/auth/v1/user/sessions", "/auth/v1/user/provider"] {
        shop.get(path).await.refused(UNAUTHENTICATED);
    }
    assert_eq!(shop.get("/auth/v1/token/introspect").await.ok(), json!({}));
    shop.post("/auth/v1/introspect", json!({ "token": "x" })).await.refused(UNAUTHORIZED_CLIENT);
    shop.post("/auth/v1/token", json!({ "grant_type": "client_credentials" })).await.refused(UNAUTHORIZED_CLIENT);
    // Without a session, SDKs sign out with their key.
    let key = shop.access_token();
    assert_eq!(app.anonymous().post(&named("/auth/v1/revoke", "shop"), json!({ "token": key })).await.ok(), json!({}));
    assert_eq!(shop.post("/auth/v1/revoke", json!({})).await.ok(), json!({}));
    shop.send_code(&unique_phone()).await;
}

#[tokio::test]
async fn a_key_has_the_pages_of_its_client() {
    let (_app, shop, forum) = serving().await;
    let from_shop = async |caller: &SignedIn| {
        let request = caller.request(Method::POST, SEND).header("origin", "https://shop.example.com");
        caller.send(request.json(&unique_phone().with(json!({})))).await
    };
    from_shop(&shop).await.ok();
    from_shop(&forum).await.refused(PERMISSION_DENIED);
}
