//! `POST /admin/v1/users/import`

use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, INVALID_ARGUMENT, Operator, SignedIn, TestApp, unique_email,
    unique_username,
};
use serde_json::{Value, json};

/// The hash of "correct horse battery staple", made with glibc's crypt.
const BCRYPT: &str = "$2b$04$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG";
const PHRASE: &str = "correct horse battery staple";
const PATH: &str = "/admin/v1/users/import";

/// The lines of the answer; the last one is the summary.
async fn import(operator: &Operator, path: &str, body: impl Into<Vec<u8>>) -> Vec<Value> {
    let answer = operator.post_bytes(path, "application/x-ndjson", body.into()).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"), "{answer}");
    let text = String::from_utf8(answer.body.clone()).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn summary(lines: u64, imported: u64, existing: u64, refused: u64) -> Value {
    json!({ "done": true, "lines": lines, "imported": imported, "existing": existing, "refused": refused })
}

fn user(name: &str) -> String {
    format!("{}\n", json!({ "username": name, "password_hash": BCRYPT }))
}

#[tokio::test]
async fn good_and_bad_lines_and_resuming() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (ann, bob, carl) = (unique_username(), unique_username(), unique_username());
    let too_dear = json!({ "username": unique_username(), "password_hash": "$2b$31$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG" });
    let lines = [
        user(&ann),
        "nonsense\n".to_owned(),
        "\n".to_owned(),
        user(&ann.to_uppercase()),
        format!("{}\n", json!({ "nickname": "nobody" })),
        format!("{}\n", json!({ "username": unique_username(), "password": "secret" })),
        format!("{too_dear}\n"),
        format!("{{\"username\":\"{}\"}}\r\n", bob),
        format!("{{\"username\":\"{}\"}}\n", "x".repeat(20_000)),
        user(&carl).trim_end().to_owned(),
    ];
    let body = lines.concat();
    let told = import(&operator, PATH, body.clone()).await;
    let (last, problems) = told.split_last().expect("a summary");
    assert_eq!(*last, summary(10, 3, 1, 5));
    let shown: Vec<_> = problems.iter().map(|p| (p["line"].as_u64(), p["status"].as_str())).collect();
    let (refused, existing) = (Some("refused"), Some("existing"));
    let expected = [(2, refused), (4, existing), (5, refused), (6, refused), (7, refused), (9, refused)];
    assert_eq!(shown, expected.map(|(line, status)| (Some(line), status)));
    assert!(!format!("{told:?}").contains("secret"), "{told:?}");

    let device = app.device();
    for name in [&ann, &carl] {
        SignedIn::by(device.line(), &device.sign_in(name, PHRASE).await).assert_alive().await;
    }
    assert_eq!(device.sign_in(&bob, PHRASE).await.status, 400);

    assert_eq!(import(&operator, PATH, body.clone()).await.last(), Some(&summary(10, 0, 4, 5)));
    let rest = import(&operator, &format!("{PATH}?skip_lines=9"), body).await;
    assert_eq!(rest.last(), Some(&summary(10, 0, 1, 0)));
    assert_eq!(app.database().count("users"), 3);
}

#[tokio::test]
async fn a_full_line_becomes_a_full_user() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (email, name, id) = (unique_email(), unique_username(), "3742118560412631040");
    let line = json!({
        "id": id, "username": name, "email": email.text(), "email_verified": true, "phone_number": null,
        "password_hash": BCRYPT, "nickname": "Ann", "gender": "FEMALE", "picture": "https://example.com/a.png",
        "locale": "zh", "description": "from elsewhere", "status": "BLOCKED", "created_at": "2020-02-29T12:00:00+08:00",
    });
    // This time may be later than the test's clock.
    let told = import(&operator, PATH, line.to_string()).await;
    assert_eq!(told, [summary(1, 1, 0, 0)]);
    let user = operator.user(id).await;
    for field in ["username", "email", "nickname", "gender", "picture", "locale", "description", "status"] {
        assert_eq!(user[field], line[field], "{field}");
    }
    assert_eq!(user["created_at"], "2020-02-29T04:00:00.000Z");
    assert_eq!(user["identifiers"][0]["verified_at"], "2020-02-29T04:00:00.000Z");
    let same_id = json!({ "id": id, "username": unique_username() });
    assert_eq!(import(&operator, PATH, same_id.to_string()).await.last(), Some(&summary(1, 0, 1, 0)));
}

/// Hashes of the phrase, as Django, WordPress, Werkzeug and Keycloak export them. The names of fields are those of a sign-up.
#[tokio::test]
async fn hashes_are_read_as_other_programs_export_them_and_renewed() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let of_keycloak = json!({
        "type": "password",
        "secretData": r#"{"value": "yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplLYbawB4lwjdPCI3Ns1d3pRT9/+PGa1sFXN8qwjZx9S8g==", "salt": "MDEyMzQ1Njc4OWFiY2RlZg==", "additionalParameters": {}}"#,
        "credentialData": r#"{"hashIterations": 1000, "algorithm": "pbkdf2-sha256", "additionalParameters": {}}"#,
    });
    let hashes = [
        json!("pbkdf2_sha256$1000$seasalt2024salt$rZ4cl3GoPy1Zegm36FTGjf6NDCO4KPQdRnhywoWJm4o="),
        json!("$P$53H80vHgEwzJQsGWcI31eCjW.tcx1Q."),
        json!(
            "scrypt:1024:8:1$9LdPRYV4imR7RGJE$c79133269149d04cabe194245d7d77d68f3c70ad9355211d95d43aa737d577506dd647d6cec2abc7662083b532d7216e5f906c5d95e87874e3881ebe6e126419"
        ),
        of_keycloak,
    ];
    let users = hashes.map(|hash| (unique_username(), hash));
    let line = |(name, hash): &(String, Value)| {
        let fields = json!({ "username": name, "password_hash": hash, "name": "Ann", "locale": "en_US.UTF-8" });
        format!("{fields}\n")
    };
    let plain = json!({ "username": unique_username(), "password_hash": "{noop}secret" });
    let told = import(&operator, PATH, format!("{}{plain}\n", users.iter().map(line).collect::<String>())).await;
    assert_eq!(told.last(), Some(&summary(5, 4, 0, 1)), "{told:?}");
    let problem = told[0]["reason"].as_str().expect("what is wrong");
    assert!(problem.contains("plain password") && !problem.contains("secret"), "{problem}");
    let renewed = "credentials WHERE password_hash LIKE '$argon2id$%'";
    for (signed_in, (name, _)) in users.iter().enumerate() {
        let device = app.device();
        assert_eq!(device.sign_in(name, "another phrase").await.status, 400, "{name}");
        let me = SignedIn::by(device.line(), &device.sign_in(name, PHRASE).await).me().await;
        assert_eq!((&me["name"], &me["locale"]), (&json!("Ann"), &json!("en_US")));
        assert_eq!(app.database().count(renewed), i64::try_from(signed_in + 1).expect("few"), "{name}");
    }
}

#[tokio::test]
async fn several_batches_are_imported_in_order() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let names: Vec<String> = (0..2_500).map(|_| unique_username()).collect();
    let mut body: String = names.iter().map(|name| user(name)).collect();
    body.push_str("nonsense\n");
    let told = import(&operator, PATH, body.clone()).await;
    assert_eq!(told[0]["line"], 2_501);
    assert_eq!(told.last(), Some(&summary(2_501, 2_500, 0, 1)));
    assert_eq!(app.database().count("credentials"), 2_500);
    // One event per transaction: a user whose random id was in use is stored in another one.
    assert!(app.database().count("events WHERE kind = 'user_created' AND actor LIKE 'operator:key%'") >= 3);
    let again = import(&operator, PATH, body).await;
    assert_eq!(again.last(), Some(&summary(2_501, 0, 2_500, 1)));
    assert_eq!(again.len(), 1_001, "a thousand problems and the summary");
}

#[tokio::test]
async fn progress_is_reported_during_the_import() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let body = user(&unique_username()) + &"nonsense\n".repeat(20_000);
    let told = import(&operator, PATH, body).await;
    let progress: Vec<_> = told.iter().filter(|line| line["done"] == false).collect();
    let counts: Vec<_> =
        progress.iter().map(|line| json!([line["lines"], line["imported"], line["refused"]])).collect();
    assert_eq!(counts, [json!([10_000, 1, 9_999]), json!([20_000, 1, 19_999])]);
    assert_eq!(told.last(), Some(&summary(20_001, 1, 0, 20_000)));
}

#[tokio::test]
async fn a_failing_database_ends_the_import_with_an_error_that_says_how_to_resume() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    app.database().execute("ALTER TABLE credentials RENAME TO gone");
    let told = import(&operator, PATH, user(&unique_username())).await;
    assert_eq!((told.len(), &told[0]["error"], &told[0]["lines"]), (1, &json!("unavailable"), &json!(0)));
    app.database().execute("ALTER TABLE gone RENAME TO credentials");
    assert_eq!(app.database().count("users"), 0);
}

#[tokio::test]
async fn empty_and_malformed_imports() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    assert_eq!(import(&operator, PATH, "").await, [summary(0, 0, 0, 0)]);
    operator.post_bytes(&format!("{PATH}?skip_lines=x"), "text/plain", Vec::new()).await.refused(INVALID_ARGUMENT);
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let told = import(&operator, PATH, bytes).await;
    assert_eq!(told.last().map(|last| last["imported"].clone()), Some(json!(0)));
}
