//! Hostile access tokens over HTTP: all are refused in the same way.

use auth_providers::testing::FakeOidc;
use auth_tests::{AccountFlows as _, Caller as _, Flows as _, SignedIn, TestApp, UNAUTHENTICATED, unique_person};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

const PATH: &str = "/auth/v1/user/me";

/// A genuine token, taken apart.
struct Genuine {
    token: String,
    header: Value,
    claims: Value,
    parts: [String; 3],
}

impl Genuine {
    fn of(user: &SignedIn) -> Self {
        let parts: Vec<String> = user.access_token().split('.').map(str::to_owned).collect();
        let decode = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON");
        let (header, claims) = (decode(&parts[0]), decode(&parts[1]));
        Self { token: user.access_token().to_owned(), header, claims, parts: parts.try_into().expect("three parts") }
    }

    /// The token with another header and the genuine signature.
    fn header(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut header = self.header.clone();
        change(&mut header);
        format!("{}.{}.{}", encode(&header), self.parts[1], self.parts[2])
    }

    /// The token with other claims and the genuine signature.
    fn claims(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims.clone();
        change(&mut claims);
        format!("{}.{}.{}", self.parts[0], encode(&claims), self.parts[2])
    }

    /// The genuine claims with this header, signed with HMAC under this secret.
    fn hmac(&self, header: &Value, secret: &[u8]) -> String {
        let signed = format!("{}.{}", encode(header), self.parts[1]);
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length");
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Texts that are not shaped like a token.
fn malformed(genuine: &Genuine) -> Vec<String> {
    let Genuine { token, parts: [header, claims, signature], .. } = genuine;
    let padded = |part: &str| URL_SAFE.encode(URL_SAFE_NO_PAD.decode(part).expect("base64"));
    let standard = STANDARD.encode([0xfb, 0xff, 0xfe]);
    vec![
        "x".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!(".{claims}.{signature}"),
        format!("{header}..{signature}"),
        format!("{token}."),
        format!("{token}.{signature}"),
        format!("{token}A"),
        token[1..].to_owned(),
        token[..token.len() - 4].to_owned(),
        token.to_uppercase(),
        token.replace('.', " "),
        format!("{header} .{claims}.{signature}"),
        format!("{token} {token}"),
        format!("{token},{token}"),
        format!("{}.{claims}.{signature}", padded(header) + "="),
        format!("{header}.{claims}.{standard}"),
        format!("{header}.{claims}.{}", signature.chars().rev().collect::<String>()),
        format!("{header}.{claims}.{}", "A".repeat(signature.len())),
        format!("{header}.{claims}.{}", "A".repeat(6_000)),
        format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode("[]")),
        format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode([0xff, 0xfe])),
        format!("{}.{claims}.{signature}", URL_SAFE_NO_PAD.encode("not JSON")),
    ]
}

/// Headers that try to choose how they are checked (RFC 8725).
fn headers(genuine: &Genuine) -> Vec<String> {
    let Genuine { parts: [_, claims, _], .. } = genuine;
    let mut tokens = Vec::new();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        tokens.push(format!("{}.{claims}.", encode(&json!({ "alg": alg, "typ": "at+jwt" }))));
        tokens.push(genuine.header(|header| header["alg"] = json!(alg)));
    }
    for alg in ["HS256", "RS256", "ES384", "EdDSA", "PS256", "ES256K"] {
        tokens.push(genuine.header(|header| header["alg"] = json!(alg)));
    }
    for (name, value) in [
        ("jku", json!("https://evil.example.com/keys")),
        ("x5u", json!("https://evil.example.com/cert")),
        ("jwk", json!({ "kty": "oct", "k": "AAAA" })),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("' OR 1=1 --")),
        ("kid", json!("")),
        ("kid", Value::Null),
        ("typ", json!("refresh+jwt")),
        ("typ", json!("id_token")),
        ("cty", json!("JWT")),
    ] {
        tokens.push(genuine.header(|header| header[name] = value));
    }
    tokens
}

/// Claims that an attacker would like to have.
fn claims(genuine: &Genuine) -> Vec<String> {
    let desired = [
        ("sub", json!("1000000000000000001")),
        ("sub", json!("")),
        ("sub", json!(["1", "2"])),
        ("exp", json!(9_999_999_999_i64)),
        ("exp", json!("9999999999")),
        ("exp", Value::Null),
        ("iat", json!(-1)),
        ("nbf", json!(9_999_999_999_i64)),
        ("iss", json!("https://evil.example.com")),
        ("aud", json!("another")),
        ("aud", json!(["default", "another"])),
        ("scope", json!("admin")),
        ("client_id", json!("another")),
        ("project_id", json!("another")),
        ("sid", json!("00000000-0000-4000-8000-000000000000")),
        ("jti", json!("")),
    ];
    desired.into_iter().map(|(name, value)| genuine.claims(|claims| claims[name] = value)).collect()
}

/// Tokens signed with what everybody knows: the published key, used as a shared secret.
async fn confused(app: &TestApp, genuine: &Genuine) -> Vec<String> {
    let keys = app.anonymous().get("/auth/v1/certs").await.json();
    let key = &keys["keys"][0];
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().expect("a coordinate")).expect("base64");
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let mut header = genuine.header.clone();
    header["alg"] = json!("HS256");
    let secrets = [point, coordinate("x"), key.to_string().into_bytes(), Vec::new(), b"secret".to_vec()];
    secrets.iter().map(|secret| genuine.hmac(&header, secret)).collect()
}

async fn refused_alike(app: &TestApp, tokens: &[String]) {
    let plain = app.anonymous().get(PATH).await;
    plain.refused(UNAUTHENTICATED);
    for token in tokens {
        let answer = app.anonymous().signed_in(token).get(PATH).await;
        answer.refused(UNAUTHENTICATED);
        assert_eq!(answer.body, plain.body, "the reason is not revealed: {token}: {answer}");
        assert_eq!(answer.header("www-authenticate"), plain.header("www-authenticate"), "{answer}");
    }
}

#[tokio::test]
async fn mutations_of_a_genuine_token() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_phone().await;
    let genuine = Genuine::of(&user);
    let mut tokens = [malformed(&genuine), headers(&genuine), claims(&genuine)].concat();
    tokens.extend(confused(&app, &genuine).await);
    assert!(tokens.len() >= 40 && tokens.iter().all(|token| *token != genuine.token), "{}", tokens.len());
    refused_alike(&app, &tokens).await;
    user.assert_alive().await;
}

/// Every octet of the signature counts, and it has only one spelling.
#[tokio::test]
async fn signatures_with_one_changed_character() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_phone().await;
    let [header, claims, signature] = Genuine::of(&user).parts;
    let changed = (0..signature.len()).step_by(5).chain([signature.len() - 1]).map(|at| {
        let mut octets = signature.clone().into_bytes();
        octets[at] = if octets[at] == b'A' { b'B' } else { b'A' };
        format!("{header}.{claims}.{}", String::from_utf8(octets).expect("ASCII"))
    });
    refused_alike(&app, &changed.collect::<Vec<_>>()).await;
    user.assert_alive().await;
}

/// Genuine signatures over tokens that are not meant for us, not valid yet, or no longer valid.
#[tokio::test]
async fn genuine_tokens_of_other_places_and_times() {
    let builder = TestApp::builder();
    let acme = FakeOidc::start(builder.shared_clock());
    let app = builder.with_oidc(&acme.issuer()).start().await;
    let device = app.device();
    let user = device.sign_up_by_phone().await;
    let mut tokens = vec![user.refresh_token().to_owned(), acme.id_token(&unique_person(), None)];
    for (variable, value) in
        [("AUTH__TOKENS__ISSUER", "https://other.example.com"), ("AUTH__TOKENS__PROJECT_ID", "another")]
    {
        let other = app.beside().set(variable, value).start().await;
        let there = other.anonymous().on_device(device.id());
        let signed = SignedIn::by(there.line(), &there.refresh(user.refresh_token()).await);
        tokens.push(signed.access_token().to_owned());
    }
    tokens.push(TestApp::start().await.device().sign_up_by_phone().await.access_token().to_owned());
    let ended = app.device().sign_up_by_phone().await;
    ended.post("/auth/v1/revoke", json!({})).await.ok();
    tokens.push(ended.access_token().to_owned());
    refused_alike(&app, &tokens).await;
    user.assert_alive().await;
    app.wait_seconds(7200);
    refused_alike(&app, &[user.access_token().to_owned()]).await;
}

#[tokio::test]
async fn a_token_that_is_not_in_the_header() {
    let app = TestApp::start().await;
    let user = app.device().sign_up_by_phone().await;
    let token = user.access_token();
    for path in [format!("{PATH}?access_token={token}"), format!("{PATH}?token={token}")] {
        app.anonymous().get(&path).await.refused(UNAUTHENTICATED);
    }
    for (name, value) in [
        ("cookie", format!("access_token={token}")),
        ("authorization", token.to_owned()),
        ("authorization", format!("Basic {}", STANDARD.encode(format!("{token}:")))),
        ("authorization", format!("Token {token}")),
        ("authorization", format!("Bearer Bearer {token}")),
        ("x-access-token", token.to_owned()),
    ] {
        let request = app.anonymous().request(reqwest::Method::GET, PATH).header(name, value);
        app.anonymous().send(request).await.refused(UNAUTHENTICATED);
    }
}
