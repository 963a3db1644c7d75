//! `POST /auth/v1/token`: rotation, the grace, replays, the end of a session.

use std::collections::BTreeSet;

use auth_tests::{
    AccountFlows as _, Anonymous, Answer, Caller as _, Flows as _, INVALID_ARGUMENT, INVALID_GRANT, OnDevice, SignedIn,
    TestApp, UNAUTHENTICATED, UNSUPPORTED_GRANT_TYPE, refresh_body, together, unique_phone,
};
use serde_json::json;

const PATH: &str = "/auth/v1/token";
const MONTH: i64 = 31 * 24 * 3600;

fn refresh_token(answer: &Answer) -> String {
    answer.ok()["refresh_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn every_refresh_gives_a_new_pair() {
    let app = TestApp::start().await;
    let first = app.device().sign_up_by_phone().await;
    let mut seen = BTreeSet::from([first.refresh_token().to_owned()]);
    let mut session = first.clone();
    for _ in 0..5 {
        app.wait_seconds(3600);
        session = session.refreshed().await;
        assert!(seen.insert(session.refresh_token().to_owned()), "a refresh token was issued twice");
        assert_eq!((session.sub(), &session.tokens()["scope"]), (first.sub(), &json!("user")));
        assert_eq!(session.tokens()["expires_in"], 7200);
        session.assert_alive().await;
    }
    first.get("/auth/v1/user/me").await.refused(UNAUTHENTICATED);
    assert_eq!(app.database().count("sessions"), 1, "a refresh does not begin a session");
}

#[tokio::test]
async fn the_body_in_every_form() {
    let app = TestApp::start().await;
    let mut session = app.device().sign_up_by_phone().await;
    for extra in [
        json!({ "client_id": "default", "client_secret": "" }),
        json!({ "client_secret": null }),
        json!({ "scope": "admin", "sub": "1", "expires_in": 999_999, "code": "", "username": null }),
    ] {
        let mut body = extra;
        body["grant_type"] = json!("refresh_token");
        body["refresh_token"] = json!(session.refresh_token());
        let bytes = body.to_string().into_bytes();
        let answer = app.anonymous().post_bytes(PATH, "text/plain;charset=UTF-8", bytes).await;
        session = SignedIn::by(app.anonymous().line(), &answer);
        assert_eq!(session.tokens()["scope"], "user");
    }
}

/// A thief who was quick is found out at once, not only after the grace period.
#[tokio::test]
async fn a_used_token_on_another_device_ends_the_session_within_the_grace() {
    let app = TestApp::builder().without_limits().set("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1").start().await;
    let (device, thief) = (app.device(), app.device());
    let refresh = async |caller: &OnDevice, session: &SignedIn, network: &str| {
        let body = refresh_body(session.refresh_token());
        let request = caller.request(reqwest::Method::POST, PATH).header("x-forwarded-for", network).json(&body);
        caller.send(request).await
    };
    for (what, again, network, is_theirs) in [
        ("the same device", &device, "192.0.2.7", true),
        ("the same device in another network", &device, "198.51.100.7", true),
        ("another device", &thief, "192.0.2.7", false),
    ] {
        let session = device.sign_up_by_phone().await;
        let successor = refresh_token(&refresh(&device, &session, "192.0.2.7").await);
        let answer = refresh(again, &session, network).await;
        if is_theirs {
            assert_eq!(refresh_token(&answer), successor, "{what}");
            session.assert_alive().await;
        } else {
            answer.refused(INVALID_GRANT);
            session.get("/auth/v1/user/me").await.refused(UNAUTHENTICATED);
            device.refresh(&successor).await.refused(INVALID_GRANT);
        }
    }
}

#[tokio::test]
async fn a_repetition_after_a_lost_response_gives_the_same_successor() {
    let app = TestApp::start().await;
    let session = app.device().sign_up_by_phone().await;
    let successor = refresh_token(&session.refresh(session.refresh_token()).await);
    for seconds in [0, 3, 6] {
        app.wait_seconds(seconds);
        let again = session.refresh(session.refresh_token()).await;
        assert_eq!(refresh_token(&again), successor, "{again}");
        SignedIn::by(session.line(), &again).assert_alive().await;
    }
    let next = session.refresh(&successor).await;
    assert_ne!(refresh_token(&next), successor);
}

#[tokio::test]
async fn after_the_grace_a_used_token_ends_the_session() {
    let app = TestApp::start().await;
    let session = app.device().sign_up_by_phone().await;
    let bystander = app.device().sign_up_by_phone().await;
    let owner = session.refreshed().await;
    app.wait_seconds(10);
    session.refresh(session.refresh_token()).await.refused(INVALID_GRANT);
    owner.assert_ended().await;
    session.assert_ended().await;
    bystander.assert_alive().await;
    bystander.refreshed().await;
    let theirs = format!("events WHERE kind = 'refresh_replayed' AND user_id = {}", session.sub());
    assert_eq!(app.database().count(&theirs), 1);
}

#[tokio::test]
async fn a_token_two_generations_old_ends_the_session_even_within_the_grace() {
    let app = TestApp::start().await;
    let first = app.device().sign_up_by_phone().await;
    let third = first.refreshed().await.refreshed().await;
    first.refresh(first.refresh_token()).await.refused(INVALID_GRANT);
    third.assert_ended().await;
}

#[tokio::test]
async fn the_grace_can_be_switched_off() {
    let app = TestApp::builder().set("AUTH__SESSIONS__REFRESH_GRACE_SECONDS", "0").start().await;
    let first = app.device().sign_up_by_phone().await;
    let second = first.refreshed().await;
    second.assert_alive().await;
    first.refresh(first.refresh_token()).await.refused(INVALID_GRANT);
    second.assert_ended().await;
}

#[tokio::test]
async fn rotation_does_not_extend_a_session() {
    let app = TestApp::start().await;
    let mut session = app.device().sign_up_by_phone().await;
    for _ in 0..30 {
        app.wait_seconds(24 * 3600);
        session = session.refreshed().await;
    }
    app.wait_seconds(24 * 3600 - 1);
    let last = session.refresh(session.refresh_token()).await;
    assert_eq!(last.ok()["expires_in"], 1, "{last}");
    let last = app.anonymous().signed_in(last.ok()["access_token"].as_str().expect("a token"));
    last.assert_alive().await;
    app.wait_seconds(1);
    last.get("/auth/v1/user/me").await.refused(UNAUTHENTICATED);
    session.refresh(session.refresh_token()).await.refused(INVALID_GRANT);
}

#[tokio::test]
async fn access_tokens_never_outlive_their_session() {
    let app = TestApp::start().await;
    let session = app.device().sign_up_by_phone().await;
    app.wait_seconds(MONTH - 7200);
    assert_eq!(session.refresh(session.refresh_token()).await.ok()["expires_in"], 7200);
    app.wait_seconds(7200 - 40);
    let session = app.device().sign_up_by_phone().await;
    app.wait_seconds(MONTH - 40);
    let near = session.refreshed().await;
    assert_eq!(near.tokens()["expires_in"], 40);
    app.wait_seconds(40);
    near.assert_ended().await;
}

#[tokio::test]
async fn texts_that_are_not_refresh_tokens() {
    let (app, other) = (TestApp::start().await, TestApp::start().await);
    let session = app.device().sign_up_by_phone().await;
    let foreign = other.device().sign_up_by_phone().await;
    let own = session.refresh_token();
    let last = own.chars().last().expect("not empty");
    let flipped = format!("{}{}", &own[..own.len() - 1], if last == 'A' { 'E' } else { 'A' });
    for token in [
        "m.",
        "x",
        "\u{0}",
        "m.AAAA",
        foreign.refresh_token(),
        session.access_token(),
        &own[2..],
        &own[..own.len() - 1],
        &format!("{own}A"),
        &format!(" {own}"),
        &format!("M{}", &own[1..]),
        &own.to_lowercase(),
        &flipped,
        &"m.".repeat(30_000),
    ] {
        app.anonymous().refresh(token).await.refused(INVALID_GRANT);
    }
    session.assert_alive().await;
    session.refreshed().await;
}

#[tokio::test]
async fn missing_and_malformed_fields() {
    let app = TestApp::start().await;
    let session = app.device().sign_up_by_phone().await;
    for body in [
        json!({}),
        json!({ "refresh_token": session.refresh_token() }),
        json!({ "grant_type": "", "refresh_token": session.refresh_token() }),
        json!({ "grant_type": "refresh_token" }),
        json!({ "grant_type": "refresh_token", "refresh_token": "" }),
        json!({ "grant_type": "refresh_token", "refresh_token": null }),
        json!({ "grant_type": "refresh_token", "refresh_token": 1 }),
        json!({ "grant_type": ["refresh_token"], "refresh_token": session.refresh_token() }),
    ] {
        app.anonymous().post(PATH, body).await.refused(INVALID_ARGUMENT);
    }
    session.refreshed().await;
}

#[tokio::test]
async fn other_grants_are_refused_by_name() {
    let app = TestApp::start().await;
    let session = app.device().sign_up_by_phone().await;
    for grant in ["password", "authorization_code", "implicit", "Refresh_Token", "urn:x"] {
        let mut body = refresh_body(session.refresh_token());
        body["grant_type"] = json!(grant);
        app.anonymous().post(PATH, body).await.refused(UNSUPPORTED_GRANT_TYPE);
    }
    session.refreshed().await;
}

#[tokio::test]
async fn fifty_concurrent_refreshes_of_one_token() {
    let app = TestApp::start().await;
    let mut session = app.device().sign_up_by_phone().await;
    for _ in 0..4 {
        session = race_on(&session, &[app.anonymous()]).await;
    }
}

#[tokio::test]
async fn fifty_concurrent_refreshes_of_one_token_on_two_instances() {
    let issuer = "https://id.example.com";
    let app = TestApp::builder().set("AUTH__TOKENS__ISSUER", issuer).start().await;
    let other = app.beside().set("AUTH__TOKENS__ISSUER", issuer).start().await;
    let session = app.device().sign_up_by_phone().await;
    race_on(&session, &[app.anonymous(), other.anonymous()]).await;
}

/// Asserts that all get one successor, which is good, and returns the session after its use.
async fn race_on(session: &SignedIn, instances: &[Anonymous]) -> SignedIn {
    let racers = (0..50).map(|n| {
        let (caller, token) = (instances[n % instances.len()].clone(), session.refresh_token().to_owned());
        async move { caller.refresh(&token).await }
    });
    let answers = together(racers).await;
    let successors: BTreeSet<String> = answers.iter().map(refresh_token).collect();
    assert_eq!(successors.len(), 1, "{successors:?}");
    for answer in answers.iter().step_by(10) {
        SignedIn::by(session.line(), answer).assert_alive().await;
    }
    SignedIn::by(session.line(), &answers[0]).refreshed().await
}

/// Fifty thieves and the owner use a token after the grace: the session ends for all of them.
#[tokio::test]
async fn fifty_concurrent_replays() {
    let app = TestApp::start().await;
    let session = app.device().sign_up_by_phone().await;
    let owner = session.refreshed().await;
    app.wait_seconds(10);
    let racers = (0..50).map(|_| {
        let (caller, token) = (app.anonymous(), session.refresh_token().to_owned());
        async move { caller.refresh(&token).await }
    });
    for answer in together(racers).await {
        answer.refused(INVALID_GRANT);
    }
    owner.assert_ended().await;
    assert_eq!(app.database().count("events WHERE kind = 'refresh_replayed'"), 1);
}

/// As docs/operation/README.md says.
#[tokio::test]
async fn another_server_key_ends_codes_at_once_and_sessions_with_their_access_tokens() {
    let issuer = ("AUTH__TOKENS__ISSUER", "https://id.example.com");
    let app = TestApp::builder().set(issuer.0, issuer.1).start().await;
    let user = app.device().sign_up_by_phone().await;
    let sent = app.device().send_code(&unique_phone()).await;
    let other_key = "Z/YMw40cZlJ/K52YL4brMDUitv0uUFgYrQ/b7kV/5Nw=";
    let changed = app.beside().set(issuer.0, issuer.1).set("AUTH__SECRETS__SERVER_KEY", other_key).start().await;
    changed.anonymous().post("/auth/v1/verification/verify", sent.body()).await.refused(INVALID_ARGUMENT);
    changed.anonymous().refresh(user.refresh_token()).await.refused(INVALID_GRANT);
    let still_signed_in = changed.anonymous().signed_in(user.access_token());
    still_signed_in.get("/auth/v1/user/me").await.ok();
    app.wait_seconds(7200);
    still_signed_in.get("/auth/v1/user/me").await.refused(UNAUTHENTICATED);
}

#[tokio::test]
async fn a_session_survives_a_restart() {
    let app = TestApp::start().await;
    let first = app.device().sign_up_by_phone().await;
    let second = first.refreshed().await;
    let restarted = app.beside().start().await;
    drop(app);
    let again = restarted.anonymous().refresh(first.refresh_token()).await;
    assert_eq!(refresh_token(&again), second.refresh_token(), "{again}");
    let third = restarted.anonymous().refresh(second.refresh_token()).await;
    let third = SignedIn::by(restarted.anonymous().line(), &third);
    third.assert_alive().await;
    restarted.anonymous().refresh(first.refresh_token()).await.refused(INVALID_GRANT);
    third.assert_ended().await;
}
