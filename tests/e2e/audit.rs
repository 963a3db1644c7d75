//! What every action leaves in the audit trail: what happened, to whom, who did it, and from where.

use std::collections::BTreeSet;

use auth_providers::testing::FakeGitHub;
use auth_tests::{
    AccountFlows as _, Address, Caller as _, Flows as _, INVALID_ARGUMENT, INVALID_GRANT, INVALID_PASSWORD,
    NEW_PASSWORD, NOT_FOUND, Operator, PASSWORD, PASSWORD_NOT_SET, SignedIn, TestApp, ThirdPartyFlows as _,
    USER_BLOCKED, unique_email, unique_person, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Value, json};

/// Reads the trail after each action.
struct Trail<'a> {
    app: &'a TestApp,
    seen: BTreeSet<String>,
}

impl<'a> Trail<'a> {
    fn of(app: &'a TestApp) -> Self {
        Self { app, seen: BTreeSet::new() }
    }

    fn rows(&self) -> Vec<Value> {
        self.app
            .database()
            .rows("SELECT id::text, kind, method, detail, user_id::text, actor, network, client_id FROM events")
    }

    /// The events since the last look: `kind method of-whom`, in alphabetical order.
    fn news(&mut self, user: &str) -> Vec<String> {
        let rows = self.rows();
        let new = rows.iter().filter(|row| self.seen.insert(row["id"].as_str().expect("an id").to_owned()));
        let mut news: Vec<_> = new
            .map(|row| {
                let whose = match row["user_id"].as_str() {
                    // The number of a bucket.
                    Some(place) if place.starts_with('-') => "nobody",
                    None => "nobody",
                    Some(id) if id == user => "theirs",
                    Some(_) => "somebody else's",
                };
                let by_operator = row["actor"].as_str().is_some_and(|actor| actor.starts_with("operator:"));
                let method = row["method"].as_str().unwrap_or("-");
                assert!(row["network"] == "127.0.0.1", "from where: {row}");
                assert_eq!(row["client_id"] == "default", !by_operator, "through which client: {row}");
                format!("{} {method} {whose}", row["kind"].as_str().unwrap_or_default())
            })
            .collect();
        news.sort();
        news
    }

    #[track_caller]
    fn shows(&mut self, user: &str, expected: &[&str]) {
        assert_eq!(self.news(user), expected);
    }
}

async fn user_with_password(app: &TestApp, address: &Address) -> (SignedIn, String) {
    let name = unique_username();
    let user = app.device().sign_up(address, json!({ "username": name, "password": PASSWORD })).await;
    (user, name)
}

#[tokio::test]
async fn of_signing_up_and_in() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().without_limits().with_github(&github.base()).start().await;
    let mut trail = Trail::of(&app);
    let (phone, device) = (unique_phone(), app.device());
    let (user, name) = user_with_password(&app, &phone).await;
    trail.shows(user.sub(), &["signed_up phone_number theirs"]);
    device.sign_in(&name, PASSWORD).await.ok();
    trail.shows(user.sub(), &["signed_in username theirs"]);
    device.sign_in_by_code(&phone).await.ok();
    trail.shows(user.sub(), &["signed_in phone_number theirs"]);
    let newcomer = device.sign_in_with_provider(&device.prove_identity(&github, &unique_person()).await).await.ok();
    trail.shows(newcomer["sub"].as_str().expect("an id"), &["signed_up third_party theirs"]);
    let anonymous = device.sign_in_anonymously().await;
    trail.shows(anonymous.sub(), &["signed_in anonymous theirs", "signed_up - theirs"]);
}

#[tokio::test]
async fn of_failures() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().without_limits().with_github(&github.base()).start().await;
    let mut trail = Trail::of(&app);
    let (device, phone, person) = (app.device(), unique_phone(), unique_person());
    let (user, name) = user_with_password(&app, &phone).await;
    let passwordless = app.device().sign_up_by_email().await;
    let token = device.prove_identity(&github, &person).await;
    user.post("/auth/v1/user/provider/bind", json!({ "provider_token": token })).await.ok();
    trail.news("");

    device.sign_in(&name, NEW_PASSWORD).await.refused(INVALID_PASSWORD);
    trail.shows(user.sub(), &["sign_in_failed password theirs"]);
    device.sign_in(&unique_username(), PASSWORD).await.refused(INVALID_PASSWORD);
    trail.shows(user.sub(), &["sign_in_failed password nobody"]);
    let email = passwordless.me().await["email"].as_str().expect("an address").to_owned();
    device.sign_in(&email, PASSWORD).await.refused(PASSWORD_NOT_SET);
    trail.shows(passwordless.sub(), &["sign_in_failed password theirs"]);
    user.post("/auth/v1/user/sudo", json!({ "password": NEW_PASSWORD })).await.refused(INVALID_PASSWORD);
    trail.shows(user.sub(), &["sign_in_failed present_password theirs"]);

    let sent = device.send_code(&phone).await;
    device.post("/auth/v1/verification/verify", sent.wrong()).await.refused(INVALID_ARGUMENT);
    trail.shows(user.sub(), &["code_refused phone_number theirs"]);
    let sent_to_nobody = device.send_code(&unique_phone()).await;
    device.post("/auth/v1/verification/verify", sent_to_nobody.wrong()).await.refused(INVALID_ARGUMENT);
    trail.shows(user.sub(), &["code_refused phone_number nobody"]);

    // There is one event per proof, however often it is presented; otherwise its owner could fill the table.
    let by_code = json!({ "verification_token": device.verify(&sent_to_nobody).await });
    for expected in [&["sign_in_failed phone_number nobody"][..], &[]] {
        device.post("/auth/v1/signin", by_code.clone()).await.refused(NOT_FOUND);
        trail.shows(user.sub(), expected);
    }
    let of_a_stranger = device.prove_identity(&github, &unique_person()).await;
    let by_stranger = json!({ "provider_token": of_a_stranger, "force_disable_sign_up": true });
    for expected in [&["sign_in_failed github nobody"][..], &[]] {
        device.post("/auth/v1/signin/with/provider", by_stranger.clone()).await.refused(NOT_FOUND);
        trail.shows(user.sub(), expected);
    }

    Operator::of(&app).post(&format!("/admin/v1/users/{}/block", user.sub()), json!({})).await.ok();
    trail.news("");
    device.sign_in(&name, PASSWORD).await.refused(USER_BLOCKED);
    trail.shows(user.sub(), &["sign_in_failed password theirs"]);
    device
        .post("/auth/v1/signin", json!({ "verification_token": device.verify(&sent).await }))
        .await
        .refused(USER_BLOCKED);
    trail.shows(user.sub(), &["sign_in_failed phone_number theirs"]);
    let token = device.prove_identity(&github, &person).await;
    device.sign_in_with_provider(&token).await.refused(USER_BLOCKED);
    trail.shows(user.sub(), &["sign_in_failed github theirs"]);
    let reset = json!({ "verification_token": device.prove(&phone).await, "new_password": NEW_PASSWORD });
    device.post("/auth/v1/reset", phone.with(reset)).await.refused(USER_BLOCKED);
    trail.shows(user.sub(), &["sign_in_failed reset theirs"]);
}

#[tokio::test]
async fn of_sessions() {
    let app = TestApp::builder().without_limits().start().await;
    let mut trail = Trail::of(&app);
    let (user, name) = user_with_password(&app, &unique_phone()).await;
    let mut again = Vec::new();
    for _ in 0..5 {
        again.push(SignedIn::by(user.line(), &app.device().sign_in(&name, PASSWORD).await));
    }
    trail.news("");
    again[0].post("/auth/v1/user/signout", json!({})).await.ok();
    trail.shows(user.sub(), &["signed_out - theirs"]);
    app.device().post("/auth/v1/revoke", json!({ "token": again[1].access_token() })).await.ok();
    trail.shows(user.sub(), &["signed_out - theirs"]);
    let rest = user.get("/auth/v1/user/sessions").await.ok();
    let other = rest["data"].as_array().expect("a list").iter().find(|one| one["current"] == false).expect("others");
    user.delete(&format!("/auth/v1/user/sessions/{}", other["id"].as_str().expect("an id"))).await.ok();
    trail.shows(user.sub(), &["signed_out - theirs"]);
    let stolen = user.refresh_token();
    let honest = user.refreshed().await;
    trail.shows(user.sub(), &[]);
    app.wait_seconds(11);
    app.device().refresh(stolen).await.refused(INVALID_GRANT);
    trail.shows(user.sub(), &["refresh_replayed - theirs"]);
    honest.assert_ended().await;
    let last = SignedIn::by(user.line(), &app.device().sign_in(&name, PASSWORD).await);
    trail.news("");
    last.delete("/auth/v1/user/revoke/all").await.ok();
    trail.shows(user.sub(), &["sessions_ended - theirs"]);
}

#[tokio::test]
async fn of_changes() {
    let github = FakeGitHub::start();
    let app = TestApp::builder().without_limits().with_github(&github.base()).start().await;
    let mut trail = Trail::of(&app);
    let (device, phone) = (app.device(), unique_phone());
    let (user, _) = user_with_password(&app, &phone).await;
    trail.news("");
    user.patch("/auth/v1/user/profile", json!({ "name": "Ann" })).await.ok();
    trail.shows(user.sub(), &["profile_changed - theirs"]);
    user.post("/auth/v1/user/basic/edit", json!({ "username": unique_username() })).await.ok();
    trail.shows(user.sub(), &["username_changed - theirs"]);
    let email = unique_email();
    let proof = json!({ "sudo_token": user.sudo(PASSWORD).await, "verification_token": device.prove(&email).await });
    user.patch("/auth/v1/user/contact", email.with(proof)).await.ok();
    trail.shows(user.sub(), &["contact_changed - theirs"]);
    let change = json!({ "old_password": PASSWORD, "new_password": NEW_PASSWORD });
    user.patch("/auth/v1/user/password", change).await.ok();
    trail.shows(user.sub(), &["password_set - theirs"]);
    let token = device.prove_identity(&github, &unique_person()).await;
    user.post("/auth/v1/user/provider/bind", json!({ "provider_token": token })).await.ok();
    trail.shows(user.sub(), &["identity_bound - theirs"]);
    user.delete("/auth/v1/user/provider/github").await.ok();
    trail.shows(user.sub(), &["identity_unbound - theirs"]);
    let reset = json!({ "verification_token": device.prove(&phone).await, "new_password": PASSWORD });
    device.post("/auth/v1/reset", phone.with(reset)).await.ok();
    trail.shows(user.sub(), &["password_set - theirs"]);

    let details = trail.rows().iter().map(|row| row["detail"].to_string()).collect::<String>();
    for address in [phone.text(), email.text()] {
        assert!(!details.contains(address) && !details.contains(&address.replace(' ', "")), "{address} in {details}");
    }
    let again = SignedIn::by(user.line(), &device.sign_in(phone.text(), PASSWORD).await);
    trail.news("");
    again.delete_me(&again.sudo(PASSWORD).await).await.ok();
    assert_eq!(app.database().count("events WHERE kind = 'account_deleted' AND detail LIKE '%phone_number=%'"), 1);
}

#[tokio::test]
async fn of_operators() {
    let app = TestApp::builder().without_limits().start().await;
    let operator = Operator::of(&app);
    let mut trail = Trail::of(&app);
    let made = operator.post("/admin/v1/users", json!({ "username": unique_username(), "password": PASSWORD })).await;
    let id = made.ok()["id"].as_str().expect("an id").to_owned();
    trail.shows(&id, &["user_created - theirs"]);
    for (method, rest, body, kind) in [
        (Method::PATCH, "", json!({ "nickname": "Ann" }), "profile_changed"),
        (Method::POST, "/block", json!({}), "user_blocked"),
        (Method::POST, "/unblock", json!({}), "user_unblocked"),
        (Method::POST, "/password", json!({ "password": NEW_PASSWORD }), "password_set"),
        (Method::DELETE, "/sessions", json!({}), "sessions_ended"),
        (Method::GET, "/export", json!({}), "user_exported"),
        (Method::GET, "", json!({}), "user_read"),
        (Method::GET, "/sessions", json!({}), "user_read"),
        (Method::DELETE, "", json!({}), "account_deleted"),
    ] {
        let request = operator.request(method, &format!("/admin/v1/users/{id}{rest}"));
        operator.send(request.json(&body)).await.ok();
        trail.shows(&id, &[&format!("{kind} - theirs")]);
    }
    operator.get("/admin/v1/users").await.ok();
    trail.shows("", &["users_listed - nobody"]);
    operator.get("/admin/v1/users?starts_with=ann").await.ok();
    trail.shows("", &["users_listed - nobody"]);
    operator.get("/admin/v1/subscriptions").await.ok();
    trail.shows("", &["subscriptions_read - nobody"]);
    operator.get("/admin/v1/dead-letters").await.ok();
    trail.shows("", &["dead_letters_read - nobody"]);
    // An event of reading everybody's events would be among those that are read next.
    operator.get("/admin/v1/events?limit=1").await.ok();
    operator.get("/admin/v1/events?after=&limit=1").await.ok();
    trail.shows("", &[]);
    let history = format!("/admin/v1/events?user={id}");
    operator.get(&history).await.ok();
    trail.shows(&id, &["user_read - theirs"]);
    operator.get(&format!("{history}&kind=signed_in")).await.ok();
    trail.shows(&id, &["user_read - theirs"]);
    let followed = operator.get(&format!("{history}&after=&limit=500")).await.ok();
    trail.shows(&id, &["user_read - theirs"]);
    // Whoever follows one user's events reads of themselves, which leaves nothing, or it would never end.
    let next = followed["next_cursor"].as_str().expect("a place to go on from");
    let followed = operator.get(&format!("{history}&after={next}")).await.ok();
    let kinds: Vec<_> = followed["events"].as_array().expect("events").iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["user_read"], "{followed}");
    trail.shows(&id, &[]);
    operator.get("/admin/v1/users?username=imported_one").await.ok();
    trail.shows("", &["user_read - nobody"]);
    operator
        .post_bytes("/admin/v1/users/import", "application/x-ndjson", b"{\"username\":\"imported_one\"}".into())
        .await;
    trail.shows("", &["user_created import nobody"]);
}
