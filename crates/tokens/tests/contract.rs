//! The promises of the ports: what is minted is accepted, by others too; nothing else is.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, LazyLock};

use auth_domain::Timestamp;
use auth_domain::access::{AccessClaims, Method, Scope};
use auth_domain::clients::ClientId;
use auth_domain::sessions::SessionId;
use auth_domain::users::UserId;
use auth_ports::{AccessTokenChecker as _, AccessTokenMinter as _, Entropy, KeySetPublisher as _};
use auth_tokens::{Algorithm, KeyFolder, KeyRing, SigningKey, SigningKeys, TokenSettings};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm as Alg, DecodingKey, EncodingKey, Validation};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://auth.example.com";

/// Draws that never repeat.
#[derive(Default)]
struct Counter(std::sync::atomic::AtomicU64);

impl Entropy for Counter {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_be_bytes();
        bytes.fill(0);
        bytes[..8].copy_from_slice(&count);
    }
}

fn at(second: i64) -> Timestamp {
    DateTime::from_timestamp(second, 0).unwrap()
}

fn settings() -> TokenSettings {
    TokenSettings { issuer: ISSUER.into(), project_id: "shop-prod".into() }
}

fn ring_of(signing: SigningKey, others: Vec<SigningKey>) -> KeyRing {
    KeyRing::new(SigningKeys::fixed(signing, others), settings(), Arc::new(Counter::default()))
}

fn copy(key: &SigningKey) -> SigningKey {
    SigningKey::from_pem(&key.to_pem()).unwrap()
}

fn claims() -> AccessClaims {
    AccessClaims {
        user: UserId::from_i64(42),
        session: SessionId::new([7; 16]),
        client: ClientId::parse("shop-prod").unwrap(),
        scope: Scope::User,
        method: Method::new("phone_number"),
        issued_at: at(NOW),
        expires_at: at(NOW + 7200),
    }
}

fn payload(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

// --- what is ours ---

#[test]
fn what_is_minted_is_accepted() {
    for algorithm in Algorithm::ALL {
        let ring = ring_of(SigningKey::generate(algorithm).unwrap(), vec![]);
        for claims in [claims(), AccessClaims { scope: Scope::Anonymous, method: Method::new("github"), ..claims() }] {
            let token = ring.mint(&claims).unwrap();
            assert_eq!(ring.check(&token, at(NOW)), Some(claims), "{algorithm:?}");
            assert!(token.len() < 1100, "{algorithm:?}: {} octets", token.len());
        }
    }
}

#[test]
fn the_claims_have_the_agreed_names_and_forms() {
    let ring = ring_of(SigningKey::generate(Algorithm::Es256).unwrap(), vec![]);
    let late_in_the_second = claims().issued_at + TimeDelta::milliseconds(999);
    let token = ring.mint(&AccessClaims { issued_at: late_in_the_second, ..claims() }).unwrap();
    let expected = json!({
        "iss": ISSUER, "sub": "0000000000000000042", "aud": "shop-prod", "exp": NOW + 7200, "iat": NOW,
        "jti": "AAAAAAAAAAAAAAAAAAAAAA", "scope": "user", "client_id": "shop-prod", "project_id": "shop-prod",
        "provider_type": "phone_number", "sid": "07070707-0707-4707-8707-070707070707",
    });
    assert_eq!(payload(&token), expected);
    assert_ne!(payload(&ring.mint(&claims()).unwrap())["jti"], expected["jti"]);
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), Alg::ES256));
    assert_eq!(header.kid, Some(ring.signing_key_id(at(NOW))));
}

#[test]
fn others_can_check_it_with_the_key_set_alone() {
    for algorithm in Algorithm::ALL {
        let other = SigningKey::generate(Algorithm::Es256).unwrap();
        let ring = ring_of(SigningKey::generate(algorithm).unwrap(), vec![other]);
        let token = ring.mint(&claims()).unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        let keys: JwkSet = serde_json::from_str(&ring.key_set()).unwrap();
        let key = DecodingKey::from_jwk(keys.find(header.kid.as_deref().unwrap()).unwrap()).unwrap();
        let mut validation = Validation::new(header.alg);
        validation.validate_exp = false;
        validation.set_audience(&["shop-prod"]);
        validation.set_issuer(&[ISSUER]);
        assert!(jsonwebtoken::decode::<Value>(&token, &key, &validation).is_ok(), "{algorithm:?}");
    }
}

#[test]
fn the_key_set_shows_public_members_only() {
    let keys = Algorithm::ALL.map(|algorithm| SigningKey::generate(algorithm).unwrap());
    let ids: Vec<_> = keys.iter().map(|key| key.id().to_owned()).collect();
    let [ec, ed, rsa] = keys;
    let again = copy(&ed);
    let set: Value = serde_json::from_str(&ring_of(ec, vec![ed, rsa, again]).key_set()).unwrap();
    let published = set["keys"].as_array().unwrap();
    let expected = [
        ("EC", "ES256", vec!["alg", "crv", "kid", "kty", "use", "x", "y"]),
        ("OKP", "EdDSA", vec!["alg", "crv", "kid", "kty", "use", "x"]),
        ("RSA", "RS256", vec!["alg", "e", "kid", "kty", "n", "use"]),
    ];
    assert_eq!(published.len(), expected.len(), "a key given twice is published once");
    for ((key, (kty, alg, members)), id) in published.iter().zip(expected).zip(ids) {
        let found: BTreeSet<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(found, members.into_iter().collect(), "{kty}");
        assert_eq!(
            (&key["kty"], &key["alg"], &key["use"], &key["kid"]),
            (&kty.into(), &alg.into(), &"sig".into(), &id.into())
        );
    }
}

#[test]
fn keys_change_without_ending_sessions() {
    let [old, new] = [Algorithm::Rs256, Algorithm::Es256].map(|algorithm| SigningKey::generate(algorithm).unwrap());
    let announced = ring_of(copy(&old), vec![copy(&new)]);
    let switched = ring_of(copy(&new), vec![old]);
    let retired = ring_of(new, vec![]);
    let [by_old, by_new] = [&announced, &switched].map(|ring| ring.mint(&claims()).unwrap());
    for (ring, accepts_old) in [(&announced, true), (&switched, true), (&retired, false)] {
        assert_eq!(ring.check(&by_old, at(NOW)).is_some(), accepts_old);
        assert!(ring.check(&by_new, at(NOW)).is_some());
    }
}

#[test]
fn a_rotation_is_noticed_by_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let folder = KeyFolder::new(folder.path(), Algorithm::Es256);
    let (ahead, life) = (TimeDelta::seconds(600), TimeDelta::seconds(7260));
    let load = || SigningKeys::from(folder.load().unwrap());
    folder.rotate(at(NOW), ahead).unwrap();
    let ring = KeyRing::new(load(), settings(), Arc::new(Counter::default()));
    let (old, first_token) = (ring.signing_key_id(at(NOW)), ring.mint(&claims()).unwrap());

    folder.rotate(at(NOW + 1), ahead).unwrap();
    assert!(ring.replace(load()), "the new key is published");
    assert!(!ring.replace(load()), "and nothing more changes");
    let known_to_a_verifier = ring.key_set();
    let issued = |second: i64| AccessClaims { issued_at: at(NOW + second), ..claims() };
    let [last_of_old, first_of_new] = [600, 601].map(|second| ring.mint(&issued(second)).unwrap());
    let kid = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    assert_eq!(kid(&last_of_old), old, "the switch needs no reload");
    assert_ne!(kid(&first_of_new), old);
    let keys: JwkSet = serde_json::from_str(&known_to_a_verifier).unwrap();
    for token in [&first_token, &last_of_old, &first_of_new] {
        assert!(ring.check(token, at(NOW + 700)).is_some());
        assert!(keys.find(&kid(token)).is_some(), "in a key set of before the switch");
    }
    folder.retire(&old, at(NOW + 601) + life, life).unwrap();
    assert!(ring.replace(load()));
    assert!(ring.check(&first_token, at(NOW + 700)).is_none() && ring.check(&first_of_new, at(NOW + 700)).is_some());
}

#[test]
fn it_lives_from_its_beginning_until_just_before_its_end() {
    let ring = ring_of(SigningKey::generate(Algorithm::Es256).unwrap(), vec![]);
    let token = ring.mint(&claims()).unwrap();
    for (second, lives) in
        [(-61, false), (-60, true), (0, true), (7199, true), (7200, false), (i64::from(u32::MAX), false)]
    {
        assert_eq!(ring.check(&token, at(NOW + second)).is_some(), lives, "{second} s after it was issued");
    }
    assert!(ring.check(&token, DateTime::<chrono::Utc>::MIN_UTC).is_none());
    assert!(ring.check(&token, DateTime::<chrono::Utc>::MAX_UTC).is_none());
}

#[test]
fn nothing_private_is_printed() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let pem = key.to_pem();
    let ring = ring_of(key, vec![]);
    let shown = format!("{ring:?} {ring:#?} {}", ring.key_set());
    for line in pem.lines() {
        assert!(!shown.contains(line), "{line}");
    }
}

// --- what is not ---

/// A ring that signs with `ec` and also publishes `rsa`, and a key that it has never seen.
struct Setting {
    ring: KeyRing,
    ec: SigningKey,
    rsa: SigningKey,
    stranger: SigningKey,
}

static SETTING: LazyLock<Setting> = LazyLock::new(|| {
    let [ec, rsa, stranger] = [Algorithm::Es256, Algorithm::Rs256, Algorithm::Es256]
        .map(|algorithm| SigningKey::generate(algorithm).unwrap());
    Setting { ring: ring_of(copy(&ec), vec![copy(&rsa)]), ec, rsa, stranger }
});

fn b64(part: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(part)
}

/// Signs any two texts.
fn sign(key: &SigningKey, header: impl ToString, claims: impl ToString) -> String {
    let (signer, alg) = match key.algorithm() {
        Algorithm::Rs256 => (EncodingKey::from_rsa_pem(key.to_pem().as_bytes()).unwrap(), Alg::RS256),
        Algorithm::Es256 => (EncodingKey::from_ec_pem(key.to_pem().as_bytes()).unwrap(), Alg::ES256),
        Algorithm::EdDsa => (EncodingKey::from_ed_pem(key.to_pem().as_bytes()).unwrap(), Alg::EdDSA),
    };
    let message = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &signer, alg).unwrap();
    format!("{message}.{signature}")
}

fn good_header() -> Value {
    json!({ "typ": "at+jwt", "alg": "ES256", "kid": SETTING.ec.id() })
}

fn good_claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "0000000000000000042", "aud": "shop-prod", "exp": NOW + 7200, "iat": NOW, "jti": "j",
        "scope": "user", "client_id": "shop-prod", "project_id": "shop-prod", "provider_type": "email",
        "sid": "07070707-0707-4707-8707-070707070707",
    })
}

fn with(mut object: Value, member: &str, value: Value) -> Value {
    object[member] = value;
    object
}

fn without(mut object: Value, member: &str) -> Value {
    object.as_object_mut().unwrap().remove(member);
    object
}

/// The object's text with one more member in front or behind, even if it has that one already.
fn repeated(object: &Value, member: &str, in_front: bool) -> String {
    let text = object.to_string();
    let inner = &text[1..text.len() - 1];
    if in_front { format!("{{{member},{inner}}}") } else { format!("{{{inner},{member}}}") }
}

type Named = (String, String);

fn hostile_headers() -> Vec<Named> {
    let Setting { ec, rsa, stranger, .. } = &*SETTING;
    let text = "text".to_owned();
    let members = [
        ("alg", json!("none")),
        ("alg", json!("None")),
        ("alg", json!("HS256")),
        ("alg", json!("ES384")),
        ("alg", json!("ES256K")),
        ("alg", json!("es256")),
        ("alg", json!("RS256")),
        ("alg", json!("PS256")),
        ("alg", json!("EdDSA")),
        ("alg", json!(["ES256"])),
        ("alg", Value::Null),
        ("kid", json!(rsa.id())),
        ("kid", json!(stranger.id())),
        ("kid", json!("../../dev/null")),
        ("kid", json!("")),
        ("kid", json!(1)),
        ("kid", Value::Null),
        ("typ", json!("JWT")),
        ("typ", json!("AT+JWT")),
        ("typ", json!("application/at+jwt")),
        ("typ", json!("logout+jwt")),
        ("typ", Value::Null),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/chain")),
        ("x5c", json!([text])),
        ("x5t", json!(text)),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("crit", json!("exp")),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("enc", json!("A128GCM")),
        ("cty", json!("JWT")),
        ("nonce", json!(text)),
        ("anything", json!(text)),
    ];
    let mut tokens: Vec<_> = members
        .into_iter()
        .map(|(name, value)| {
            let header = with(good_header(), name, value.clone());
            (format!("header {name} = {value}"), sign(ec, header, good_claims()))
        })
        .collect();
    let mut add = |name: &str, token: String| tokens.push((name.to_owned(), token));
    for member in ["alg", "kid", "typ"] {
        add(&format!("header without {member}"), sign(ec, without(good_header(), member), good_claims()));
        for in_front in [true, false] {
            let twice = repeated(&good_header(), &format!(r#""{member}":{}"#, good_header()[member]), in_front);
            add(&format!("header with {member} twice, {in_front}"), sign(ec, twice, good_claims()));
        }
    }
    add(
        "header repeats an escaped member",
        sign(ec, repeated(&good_header(), r#""\u0061lg":"none""#, true), good_claims()),
    );
    for header in ["", "{", "null", "[]", "\"at+jwt\"", "{}{}", "\u{feff}{}"] {
        add(&format!("header is {header}"), sign(ec, header, good_claims()));
    }
    add("header with trailing data", sign(ec, format!("{} x", good_header()), good_claims()));
    add("key of another algorithm, its own alg and signature", sign(rsa, good_header(), good_claims()));
    add(
        "key of another algorithm under our alg",
        sign(rsa, with(good_header(), "kid", json!(rsa.id())), good_claims()),
    );
    let foreign = json!({ "typ": "at+jwt", "alg": "ES256", "kid": stranger.id() });
    add("a key that is not published", sign(stranger, &foreign, good_claims()));
    let set: Value = serde_json::from_str(&ring_of(copy(stranger), vec![]).key_set()).unwrap();
    add("brings its own key", sign(stranger, with(foreign, "jwk", set["keys"][0].clone()), good_claims()));
    add(
        "brings its own key under our id",
        sign(stranger, with(good_header(), "jwk", set["keys"][0].clone()), good_claims()),
    );
    tokens
}

fn hostile_signatures() -> Vec<Named> {
    let Setting { ring, ec, stranger, .. } = &*SETTING;
    let good = sign(ec, good_header(), good_claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let der = {
        let pkcs8 = pem::parse(ec.to_pem().as_bytes()).unwrap().into_contents();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).unwrap();
        key.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec()
    };
    let mut flipped = raw.clone();
    flipped[40] ^= 1;
    let spare_bits = {
        let (start, last) = signature.split_at(signature.len() - 1);
        format!("{start}{}", char::from(last.as_bytes()[0] + 1))
    };
    let unsigned = |alg: &str| {
        format!("{}.{}.", b64(with(good_header(), "alg", json!(alg)).to_string()), b64(good_claims().to_string()))
    };
    let mut tokens: Vec<Named> = [
        ("signature stripped", format!("{message}.")),
        ("signature and its dot stripped", message.to_owned()),
        ("alg none, unsigned", unsigned("none")),
        ("alg nOnE, unsigned", unsigned("nOnE")),
        ("zeros", format!("{message}.{}", b64([0; 64]))),
        ("ones", format!("{message}.{}", b64([0xff; 64]))),
        ("DER in place of raw", format!("{message}.{}", b64(der))),
        ("a flipped bit", format!("{message}.{}", b64(flipped))),
        ("cut", format!("{message}.{}", b64(&raw[..63]))),
        ("extended", format!("{message}.{}", b64([&raw[..], &[0]].concat()))),
        ("doubled", format!("{message}.{}", b64([&raw[..], &raw[..]].concat()))),
        ("r and s exchanged", format!("{message}.{}", b64([&raw[32..], &raw[..32]].concat()))),
        ("padded", format!("{good}==")),
        ("spare bits set", format!("{message}.{spare_bits}")),
        ("somebody else's under our id", sign(stranger, good_header(), good_claims())),
        ("another token's", format!("{message}.{}", ring.mint(&claims()).unwrap().rsplit_once('.').unwrap().1)),
    ]
    .map(|(name, token)| (format!("signature: {name}"), token))
    .into();
    for (secret_name, secret) in public_texts() {
        let header = with(good_header(), "alg", json!("HS256")).to_string();
        let message = format!("{}.{}", b64(header), b64(good_claims().to_string()));
        let key = EncodingKey::from_secret(&secret);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Alg::HS256).unwrap();
        tokens.push((format!("HS256 with {secret_name} as the secret"), format!("{message}.{signature}")));
    }
    tokens
}

/// Spellings of our public key that a careless verifier could take for a shared secret.
fn public_texts() -> [(&'static str, Vec<u8>); 4] {
    let text = SETTING.ring.key_set();
    let set: Value = serde_json::from_str(&text).unwrap();
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(set["keys"][0][name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    [
        ("the key set", text.clone().into_bytes()),
        ("the public key's JSON", set["keys"][0].to_string().into_bytes()),
        ("the public key's octets", point),
        ("nothing", vec![]),
    ]
}

fn hostile_claims() -> Vec<Named> {
    let ec = &SETTING.ec;
    let changes = [
        ("iss", json!("https://evil.example")),
        ("iss", json!(format!("{ISSUER}/"))),
        ("iss", json!(ISSUER.to_uppercase())),
        ("iss", json!([ISSUER])),
        ("aud", json!("other-app")),
        ("aud", json!(["shop-prod"])),
        ("aud", json!("")),
        ("client_id", json!("other-app")),
        ("project_id", json!("shop-test")),
        ("exp", json!(NOW - 1)),
        ("exp", json!(NOW)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!((NOW + 7200).to_string())),
        ("exp", json!(1_900_000_000.5)),
        ("exp", json!(u64::MAX)),
        ("exp", json!(i64::MAX)),
        ("exp", Value::Null),
        ("iat", json!(NOW + 61)),
        ("iat", json!(i64::MAX)),
        ("iat", json!(i64::MIN)),
        ("nbf", json!(NOW + 61)),
        ("nbf", json!("soon")),
        ("sub", json!("42")),
        ("sub", json!(42)),
        ("sub", json!("9999999999999999999")),
        ("sub", json!("-000000000000000042")),
        ("sub", json!("")),
        ("sid", json!("not-a-session")),
        ("scope", json!("admin")),
        ("scope", json!("user admin")),
        ("jti", json!("")),
        ("jti", json!(7)),
    ];
    let mut tokens: Vec<_> = changes
        .into_iter()
        .map(|(name, value)| {
            let claims = with(good_claims(), name, value.clone());
            (format!("claim {name} = {value}"), sign(ec, good_header(), claims))
        })
        .collect();
    for name in good_claims().as_object().unwrap().keys() {
        tokens.push((format!("no claim {name}"), sign(ec, good_header(), without(good_claims(), name))));
        let twice = repeated(&good_claims(), &format!(r#""{name}":{}"#, good_claims()[name]), false);
        tokens.push((format!("claim {name} twice"), sign(ec, good_header(), twice)));
    }
    let both = with(with(good_claims(), "aud", json!("a b")), "client_id", json!("a b"));
    tokens.push(("a client id that cannot be".into(), sign(ec, good_header(), both)));
    let id_token = json!({ "iss": ISSUER, "sub": "0000000000000000042", "aud": "shop-prod", "exp": NOW + 7200, "iat": NOW, "nonce": "n" });
    tokens.push(("claims of an ID token".into(), sign(ec, good_header(), &id_token)));
    tokens.push(("an ID token".into(), sign(ec, with(good_header(), "typ", json!("JWT")), id_token)));
    for claims in ["", "nonsense", "null", "42", "{}", "{\"exp\":", "\u{feff}{}"] {
        tokens.push((format!("claims are {claims}"), sign(ec, good_header(), claims)));
    }
    let deep = "[".repeat(1500);
    tokens.push((
        "deeply nested claims".into(),
        sign(ec, good_header(), repeated(&good_claims(), &format!("\"a\":{deep}"), true)),
    ));
    tokens
}

fn hostile_shapes() -> Vec<Named> {
    let good = sign(&SETTING.ec, good_header(), good_claims());
    let parts: Vec<_> = good.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("three parts") };
    let promoted = b64(with(good_claims(), "sub", json!("0000000000000000001")).to_string());
    let huge = sign(&SETTING.ec, good_header(), with(good_claims(), "filler", json!("x".repeat(4096))));
    [
        ("empty", String::new()),
        ("one dot", ".".into()),
        ("two dots", "..".into()),
        ("many dots", ".".repeat(4000)),
        ("no dots", good.replace('.', "")),
        ("a dot in front", format!(".{good}")),
        ("a dot behind", format!("{good}.")),
        ("a fourth part", format!("{good}.{signature}")),
        ("five parts", format!("{good}.{claims}.{signature}")),
        ("double dots", good.replace('.', "..")),
        ("parts exchanged", format!("{claims}.{header}.{signature}")),
        ("claims exchanged", format!("{header}.{promoted}.{signature}")),
        ("claims missing", format!("{header}..{signature}")),
        ("header missing", format!(".{claims}.{signature}")),
        ("cut in the middle", good[..good.len() / 2].to_owned()),
        ("cut at the end", good[..good.len() - 1].to_owned()),
        ("a space in front", format!(" {good}")),
        ("a newline behind", format!("{good}\n")),
        ("a zero octet behind", format!("{good}\0")),
        ("with its scheme", format!("Bearer {good}")),
        ("twice", format!("{good},{good}")),
        ("not ASCII", good.replacen('e', "е", 1)),
        ("JSON serialisation", json!({ "protected": header, "payload": claims, "signature": signature }).to_string()),
        ("too long though signed", huge),
        ("much too long", "a".repeat(1 << 20)),
    ]
    .map(|(name, token)| (format!("shape: {name}"), token))
    .into()
}

#[test]
fn hostile_tokens_are_refused() {
    let ring = &SETTING.ring;
    let untouched = sign(&SETTING.ec, good_header(), good_claims());
    assert!(ring.check(&untouched, at(NOW)).is_some(), "the tools of this test make good tokens too");
    let extended =
        sign(&SETTING.ec, good_header(), with(with(good_claims(), "nbf", json!(NOW)), "amr", json!(["pwd"])));
    assert!(ring.check(&extended, at(NOW)).is_some(), "claims of later versions do no harm");

    let tokens = [hostile_headers(), hostile_signatures(), hostile_claims(), hostile_shapes()].concat();
    for (name, token) in &tokens {
        assert_eq!(ring.check(token, at(NOW)), None, "{name}");
    }
    let distinct: HashSet<_> = tokens.iter().map(|(_, token)| token).collect();
    assert!(distinct.len() >= 100, "{} of {} tokens", distinct.len(), tokens.len());
}

proptest! {
    #[test]
    fn no_text_is_a_token(text in "\\PC{0,200}|[A-Za-z0-9_-]{0,90}(\\.[A-Za-z0-9_-]{0,90}){0,4}") {
        prop_assert_eq!(SETTING.ring.check(&text, at(NOW)), None);
    }

    #[test]
    fn no_json_is_a_header_or_a_payload(header in "\\PC{0,80}", claims in "[\\[\\]{}\":,a-z0-9.eE+-]{0,80}") {
        prop_assert_eq!(SETTING.ring.check(&sign(&SETTING.ec, &header, &claims), at(NOW)), None);
        prop_assert_eq!(SETTING.ring.check(&sign(&SETTING.ec, good_header(), &claims), at(NOW)), None);
    }

    #[test]
    fn no_changed_token_is_accepted(position: prop::sample::Index, replacement in "[A-Za-z0-9_.-]") {
        let token = SETTING.ring.mint(&claims()).unwrap();
        let position = position.index(token.len());
        let changed = format!("{}{replacement}{}", &token[..position], &token[position + 1..]);
        prop_assert_eq!(SETTING.ring.check(&changed, at(NOW)).is_some(), changed == token);
    }
}
