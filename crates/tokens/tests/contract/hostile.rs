//! What is not ours: refused, all of it.

use std::collections::HashSet;
use std::sync::LazyLock;

use auth_ports::{AccessTokenChecker as _, AccessTokenMinter as _, KeySetPublisher as _};
use auth_tokens::{Algorithm, KeyRing, SigningKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm as Alg, EncodingKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ISSUER, NOW, at, claims, copy, ring_of};

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
