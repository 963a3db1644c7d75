//! Public corpora: what the world writes, tried on the rules and on the service.
//!
//! The small ones are in `tests/corpora/`. `just corpora` fetches the large ones (`tests/tools/corpora.py`) and names their
//! folder in `CORPORA`; without it, samples stand for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use auth_contracts::Random;
use auth_domain::credentials::{Password, PasswordPolicy};
use auth_domain::identifier::{IdentifierScheme as _, PhoneNumberScheme};
use auth_tests::{
    AccountFlows as _, Answer, Caller, Flows as _, OnDevice, Operator, TestApp, together, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::hostile::FIELDS;
use crate::openapi::{BodyField, admin_document, body_fields, documented_routes, public_document};

/// The corpus of this name, if it was fetched.
#[expect(clippy::disallowed_methods, reason = "no setting of the service: where a recipe has put what it fetched")]
fn fetched(name: &str) -> Option<String> {
    let folder = std::env::var("CORPORA").ok()?;
    let path = std::path::Path::new(&folder).join(name);
    Some(std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// The share of what fails, with some of it, for people.
fn share<'a>(failed: &[&'a str], of: usize) -> (f64, Vec<&'a str>) {
    let count = |number: usize| f64::from(u32::try_from(number).expect("a corpus of bounded length"));
    (count(failed.len()) / count(of), failed.iter().take(20).copied().collect())
}

/// Lines of a region (or nothing), a number as people write it, and its canonical form.
const EXAMPLES: &str = include_str!("../corpora/mobile_examples.tsv");

#[test]
fn mobile_numbers_of_every_region_are_read_as_libphonenumber_reads_them() {
    let scheme = PhoneNumberScheme::default();
    let corpus = fetched("mobile.tsv").unwrap_or_else(|| EXAMPLES.to_owned());
    let mut refused: BTreeMap<bool, Vec<&str>> = BTreeMap::new();
    let mut counts: BTreeMap<bool, usize> = BTreeMap::new();
    for line in corpus.lines() {
        let mut fields = line.split('\t');
        let (region, written, e164) = (fields.next(), fields.next().expect("a number"), fields.next());
        let is_example = region.is_some_and(|region| !region.is_empty());
        *counts.entry(is_example).or_default() += 1;
        match scheme.parse(written) {
            Ok(number) if scheme.check_reachable(&number).is_ok() => {
                assert_eq!(Some(number.canonical()), e164, "{line}")
            }
            _ => refused.entry(is_example).or_default().push(line),
        }
    }
    assert!(counts[&true] > 230, "{counts:?}");
    assert_eq!(refused.get(&true), None, "examples");
    let random = refused.remove(&false).unwrap_or_default();
    let (missed, some) = share(&random, counts.get(&false).copied().unwrap_or(1));
    assert!(missed < 0.005, "{missed} of {counts:?}: {some:?}");
}

/// Numbers that are not mobile, of many kinds.
const OTHERS: &str = "+19002345678\n+979123456789\n+881612345678\n+870773111632\n+883510012345\n+447012345678\n\
    +447640123456\n+445612345678\n+390612345678\n+861065529988\n+18002345678";

#[test]
fn numbers_that_cannot_be_mobile_are_refused() {
    let scheme = PhoneNumberScheme::default();
    let corpus = fetched("others.txt").unwrap_or_else(|| OTHERS.to_owned());
    let is_taken = |number: &&str| scheme.parse(number).is_ok_and(|number| scheme.check_reachable(&number).is_ok());
    let taken: Vec<&str> = corpus.lines().filter(is_taken).collect();
    let (missed, some) = share(&taken, corpus.lines().count());
    assert!(missed < 0.005, "{missed} are taken for mobile numbers, among them {some:?}");
}

fn is_refused(password: &str) -> bool {
    Password::chosen(password, &PasswordPolicy::default(), &[]).is_err()
}

/// A source of the built-in list, so it says only that the list still has all of it. How the rules judge it without the
/// list is a test beside them.
const CHINESE: &str = include_str!("../../crates/domain/src/credentials/guessable/chinese_passwords.txt");
/// Some of Django's.
const COMMON: &str = "password\n123456789\niloveyou\nprincess\nsuperman\nsunshine1\nqwertyuiop\nbasketball\n1q2w3e4r5t";

#[test]
fn common_passwords_are_refused() {
    for (corpus, most_accepted) in
        [(fetched("passwords.txt").unwrap_or_else(|| COMMON.to_owned()), 0.01), (CHINESE.to_owned(), 0.0)]
    {
        let accepted: Vec<&str> = corpus.lines().filter(|password| !is_refused(password)).collect();
        let (accepted, some) = share(&accepted, corpus.lines().count());
        assert!(accepted <= most_accepted, "{accepted} are accepted, among them {some:?}");
    }
}

#[test]
fn random_passwords_are_accepted() {
    let printable: String = (b'!'..=b'~').map(char::from).collect();
    let letters = "abcdefghijklmnopqrstuvwxyz";
    let plain = format!("{letters}{}0123456789", letters.to_uppercase());
    // Taking passwords to pieces is slow without optimisation.
    let many = if fetched("passwords.txt").is_some() { 10_000 } else { 1_000 };
    let mut random = Random::new(10);
    for alphabet in [&printable, &plain, &format!("{letters}0123456789")] {
        let alphabet = alphabet.as_bytes();
        let mut draw = || char::from(*random.one_of(alphabet));
        let passwords: Vec<String> = (0..many).map(|_| (0..10).map(|_| draw()).collect()).collect();
        let refused: Vec<&String> = passwords.iter().filter(|password| is_refused(password)).collect();
        assert!(refused.is_empty(), "{refused:?}");
    }
}

/// Addresses of isemail's tests: whether they are plainly valid, or odd.
const ADDRESSES: &str = include_str!("../corpora/addresses.json");

#[tokio::test]
async fn addresses_of_isemail_are_read_or_refused() {
    let corpus: Vec<(String, bool)> = serde_json::from_str(ADDRESSES).expect("pairs");
    assert_eq!(corpus.iter().filter(|(_, is_valid)| *is_valid).count(), 22);
    let app = TestApp::builder().without_limits().start().await;
    for (address, is_valid) in corpus {
        let answer = app.device().post("/auth/v1/verification", json!({ "email": address })).await;
        answer.check_no_fault();
        assert!(!is_valid || answer.status == 200, "{address:?}: {answer}");
    }
}

/// Some of the big list of naughty strings.
const NAUGHTY: [&str; 9] = [
    "undefined",
    "NaN",
    "1;DROP TABLE users",
    "\u{0}",
    "\u{FEFF}",
    "Ω≈ç√∫˜µ≤≥÷",
    "社會科學院語學研究所",
    "👩🏽",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤ ̖t̝͕̳̣̻̪͞h̼͓̲̦̳̘̲e͇̣̰̦̬͎ ̢̼̻̱̘h͚͎͙̜̣̲ͅi̦̲̣̰̤v̻͍e̺̭̳̪̰-m̢iͅn̖̺̞̲̯̰d̵̼̟͙̩̼̘̳",
];

fn naughty() -> Vec<String> {
    let mut all = NAUGHTY.map(str::to_owned).to_vec();
    let fetched: Option<Vec<String>> =
        fetched("naughty.json").map(|list| serde_json::from_str(&list).expect("a list of texts"));
    all.extend(fetched.unwrap_or_default());
    all
}

/// The other fields are valid, so that the string is looked at, and where it can be, stored and shown.
#[tokio::test]
async fn naughty_strings_in_every_field_are_no_fault() {
    let app = TestApp::builder().without_limits().start().await;
    let (device, operator) = (app.device(), Operator::of(&app));
    let user = device.sign_up(&unique_phone(), json!({})).await;
    // Some routes end a session.
    let other = device.sign_up(&unique_phone(), json!({})).await;
    // Whatever one field is, another one refuses it.
    let sign_up = device.sign_up_body(&unique_phone(), json!({ "username": "!", "password": "!" })).await;
    let routes: Vec<_> = documented_routes().into_iter().filter(|(method, _)| *method != Method::GET).collect();
    for (number, text) in naughty().into_iter().enumerate() {
        for field in FIELDS {
            let mut body = sign_up.clone();
            body[field] = json!(text);
            device.post("/auth/v1/signup", body).await.check_no_fault();
        }
        for field in ["name", "gender", "picture", "locale"] {
            user.patch("/auth/v1/user/profile", json!({ field: text })).await.check_no_fault();
        }
        user.post("/auth/v1/user/basic/edit", json!({ "description": text })).await.check_no_fault();
        for field in ["nickname", "email", "phone_number", "password", "picture", "description", "locale"] {
            let mut body = json!({ "username": unique_username() });
            body[field] = json!(text);
            operator.post("/admin/v1/users", body).await.check_no_fault();
        }
        let body: Map<String, Value> = FIELDS.iter().map(|field| ((*field).to_owned(), json!(text))).collect();
        let (method, path) = routes[number % routes.len()].clone();
        let request = other.request(method, &path.replace(['{', '}'], "")).json(&body);
        app.anonymous().send(request).await.check_no_fault();
        user.get("/auth/v1/user/me").await.ok();
    }
}

/// How many strings are tried at once.
const AT_ONCE: usize = 8;

/// Every field of every body in the documents of both listeners. The other fields are those of the body's example.
#[tokio::test]
async fn naughty_strings_in_every_documented_field_are_no_fault() {
    let app = TestApp::builder().without_limits().start().await;
    let (device, operator) = (app.device(), Operator::of(&app));
    let mut of_users = body_fields(&public_document());
    let of_operators = Arc::new(body_fields(&admin_document()));
    assert!(of_users.len() > 70 && of_operators.len() > 15, "{} and {}", of_users.len(), of_operators.len());
    // What ends the session comes last.
    let ends = ["/auth/v1/user/signout", "/auth/v1/revoke"];
    of_users.sort_by_key(|field| ends.iter().position(|path| *path == field.path));
    let of_users = Arc::new(of_users);
    for texts in naughty().chunks(AT_ONCE) {
        let tries = texts.iter().cloned().map(|text| {
            let (device, operator) = (device.clone(), operator.clone());
            let (of_users, of_operators) = (Arc::clone(&of_users), Arc::clone(&of_operators));
            async move {
                fill_all_of_a_user(&device, &of_users, &text).await;
                fill_all_of_an_operator(&operator, &of_operators, &text).await;
            }
        });
        together(tries).await;
    }
}

/// As a user of its own, whose session is ended by the last of the fields.
async fn fill_all_of_a_user(device: &OnDevice, fields: &[BodyField], text: &str) {
    let user = device.sign_up(&unique_phone(), json!({})).await;
    for field in fields {
        fill(&user, &field.path, field, text).await.check_no_fault();
    }
}

/// On a user of its own, since others are edited at the same time.
async fn fill_all_of_an_operator(operator: &Operator, fields: &[BodyField], text: &str) {
    let edited = operator.create(json!({ "username": unique_username() })).await;
    for field in fields {
        fill(operator, &field.path.replace("{id}", &edited), field, text).await.check_no_fault();
    }
}

/// Sends the example with this text in a field.
async fn fill(caller: &impl Caller, path: &str, field: &BodyField, text: &str) -> Answer {
    let mut body = field.example.clone();
    if body.get("username").is_some() {
        body["username"] = json!(unique_username()); // the example's would soon be taken
    }
    body[field.name.as_str()] = json!(text);
    caller.send(caller.request(field.method.clone(), path).json(&body)).await
}
