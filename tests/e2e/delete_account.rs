//! `DELETE /auth/v1/user/me`: what is deleted, and what stays.

use auth_providers::testing::FakeGitHub;
use auth_tests::{
    AccountFlows as _, Address, Caller as _, Flows as _, INVALID_PASSWORD, PASSWORD, SignedIn, TestApp,
    ThirdParty as _, ThirdPartyFlows as _, UNAUTHENTICATED, together, unique_email, unique_person, unique_phone,
    unique_username,
};
use serde_json::json;

/// The tables that hold personal data. `send_budgets` is not among them: how often an address was written to is
/// remembered for a day, whoever has the address; otherwise signing up and deleting in turn would have no limit.
const TABLES: [&str; 11] = [
    "users",
    "identifiers",
    "external_identities",
    "credentials",
    "sessions",
    "events",
    "verifications",
    "proofs",
    "provider_flows",
    "messages",
    "rate_limits",
];

/// A user with everything that a user can have, and the personal data among it.
async fn user_with_everything(app: &TestApp, github: &FakeGitHub) -> (SignedIn, Vec<String>) {
    let (device, phone, email, name) =
        (app.device(), unique_phone(), Address::email("Per.Son@Example.com"), unique_username());
    let mut person = unique_person();
    person.name = Some("Name There".to_owned());
    person.email = Some("there@example.net".to_owned());
    let extra = json!({ "username": name, "password": PASSWORD, "name": "Name Here", "picture": "https://example.com/face.png" });
    let user = device.sign_up(&phone, extra).await;
    user.post("/auth/v1/user/basic/edit", json!({ "description": "words of mine" })).await.ok();
    user.prove(&email).await;
    user.post("/auth/v1/user/basic/edit", json!({ "email": email.text() })).await.ok();
    let token = device.prove_identity(github, &person).await;
    user.post("/auth/v1/user/provider/bind", json!({ "provider_token": token })).await.ok();
    app.device().sign_in(&name, PASSWORD).await.ok();
    app.device().sign_in(&name, "Wrong!Secret11").await.refused(INVALID_PASSWORD);
    app.device().sign_in_by_code(&phone).await.ok();
    app.device().prove(&email).await;
    let digits = phone.text().replace("+86 ", "");
    let personal = [
        &digits,
        "per.son",
        "Per.Son",
        &name,
        "Name Here",
        "Name There",
        "there@example.net",
        "face.png",
        "words of mine",
        &person.subject,
        "argon2id",
        device.id(),
        "127.0.0.1",
    ];
    (user, personal.map(str::to_owned).to_vec())
}

fn everything(app: &TestApp) -> Vec<(&'static str, String)> {
    let rows = |table| app.database().rows(&format!("SELECT * FROM {table}"));
    let lines = |table: &'static str| rows(table).into_iter().map(move |row| (table, row.to_string()));
    TABLES.into_iter().flat_map(lines).collect()
}

#[tokio::test]
async fn nothing_personal_stays() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().without_limits().with_github(&github.base()).start().await;
    let (user, personal) = user_with_everything(&app, &github).await;
    auth_tests::eventually("all messages have gone out", || app.database().count("messages") == 0).await;
    let before = everything(&app);
    for word in &personal {
        let word_is_there = before.iter().any(|(_, row)| row.contains(word));
        assert!(word_is_there, "this test cannot see {word}, so it would not miss it");
    }
    user.delete_me(&user.sudo(PASSWORD).await).await.ok();
    auth_tests::eventually("the owner has been told", || app.database().count("messages") == 0).await;
    let after = everything(&app);
    let traces: Vec<_> = after
        .iter()
        .filter(|(table, row)| {
            let names_the_user = *table != "events" && row.contains(user.sub());
            names_the_user || personal.iter().any(|word| row.contains(word))
        })
        .collect();
    assert!(traces.is_empty(), "traces of a deleted account: {traces:#?}");
    let theirs = format!("events WHERE kind = 'account_deleted' AND user_id = {}", user.sub());
    assert_eq!(app.database().count(&theirs), 1);
}

#[tokio::test]
async fn rows_of_the_account_are_gone() {
    let app = TestApp::builder().without_limits().start().await;
    let bystander = app.device().sign_up(&unique_email(), json!({ "password": PASSWORD })).await;
    let user =
        app.device().sign_up(&unique_phone(), json!({ "username": unique_username(), "password": PASSWORD })).await;
    user.delete_me(&user.sudo(PASSWORD).await).await.ok();
    for table in ["users", "identifiers", "external_identities", "credentials", "sessions"] {
        let column = if table == "users" { "id" } else { "user_id" };
        let theirs = format!("{table} WHERE {column} = {}", user.sub());
        assert_eq!(app.database().count(&theirs), 0, "{theirs}");
    }
    user.assert_ended().await;
    bystander.assert_alive().await;
}

#[tokio::test]
async fn every_name_is_free_immediately() {
    let app = TestApp::builder().without_limits().start().await;
    let (phone, name) = (unique_phone(), unique_username());
    let extra = json!({ "username": name, "password": PASSWORD });
    let user = app.device().sign_up(&phone, extra.clone()).await;
    let token = app.device().prove(&phone).await;
    user.delete_me(&user.sudo(PASSWORD).await).await.ok();
    app.device().sign_in(&name, PASSWORD).await.refused(INVALID_PASSWORD);
    let again = app.device().sign_up(&phone, extra).await;
    assert_ne!(again.sub(), user.sub());
    // A proof from before belongs to whoever controls the address, and finds only the new account.
    let answer = app.device().post("/auth/v1/signin", json!({ "verification_token": token })).await;
    answer.check_no_fault();
    assert!(answer.status != 200 || answer.json()["sub"] == again.sub(), "{answer}");
    user.get("/auth/v1/user/me").await.refused(UNAUTHENTICATED);
}

#[tokio::test]
async fn an_identity_at_a_third_party_is_free_immediately() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().without_limits().with_github(&github.base()).start().await;
    let (device, person) = (app.device(), unique_person());
    let token = device.prove_identity(&github, &person).await;
    let user = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
    // Without a password and an address presence cannot be proven, so such an account sets a password first.
    user.patch("/auth/v1/user/password", json!({ "new_password": PASSWORD })).await.ok();
    user.delete_me(&user.sudo(PASSWORD).await).await.ok();
    let token = device.prove_identity(&github, &person).await;
    let again = SignedIn::by(device.line(), &device.sign_in_with_provider(&token).await);
    assert_ne!(again.sub(), user.sub(), "{}", FakeGitHub::ID);
}

#[tokio::test]
async fn two_concurrent_deletions() {
    let app = TestApp::builder().without_limits().start().await;
    let user = app.device().sign_up(&unique_phone(), json!({ "password": PASSWORD })).await;
    let (one, two) = (user.sudo(PASSWORD).await, user.sudo(PASSWORD).await);
    let racers = [one, two].map(|token| {
        let user = user.clone();
        async move { user.delete_me(&token).await }
    });
    for answer in together(racers).await {
        answer.check_no_fault();
    }
    assert_eq!(app.database().count("users"), 0);
    assert_eq!(app.database().count("events WHERE kind = 'account_deleted'"), 1);
}
