//! `GET /admin/v1/events`

use std::collections::BTreeSet;

use auth_tests::{
    AccountFlows as _, Caller as _, Flows as _, INVALID_ARGUMENT, Operator, PASSWORD, TestApp, unique_email,
};
use serde_json::{Value, json};

#[tokio::test]
async fn events_are_listed_newest_first_in_pages() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (id, name) = operator.create_named(PASSWORD).await;
    let (other, _) = operator.create_named(PASSWORD).await;
    // Several events of the same instant, and later ones.
    // Events of the same instant have no order.
    app.wait_seconds(1);
    for round in 0..2 {
        for _ in 0..3 {
            app.device().sign_in(&name, PASSWORD).await.ok();
        }
        app.wait_seconds(round);
    }
    let (mut seen, mut cursor): (Vec<Value>, String) = (Vec::new(), String::new());
    loop {
        let page = operator.get(&format!("/admin/v1/events?user={id}&limit=2&cursor={cursor}")).await.ok();
        seen.extend(page["events"].as_array().expect("events").clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let all = operator.get(&format!("/admin/v1/events?user={id}")).await.ok();
    // Reading each page of one user's events left an event, which is on none of the pages after it.
    let (reads, others) = all["events"].as_array().expect("events").split_at(4);
    assert!(reads.iter().all(|event| event["kind"] == "user_read" && event["detail"] == "events"), "{all}");
    assert_eq!(others, seen);
    assert_eq!(seen.len(), 7);
    assert!(seen.iter().all(|event| event["user_id"] == *id));
    assert!(seen.windows(2).all(|pair| pair[0]["at"].as_str() >= pair[1]["at"].as_str()));
    assert_eq!(seen[0]["actor"], "user");
    assert!(seen[0]["network"].is_string() && seen[0]["client_id"].is_string(), "{}", seen[0]);
    let everybodys = operator.get("/admin/v1/events").await.ok().to_string();
    assert!(everybodys.contains(&other), "{everybodys}");
}

#[tokio::test]
async fn invalid_queries_are_refused() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let backward = [
        "user=1",
        "user=x",
        "from=x",
        "until=2026-13-01T00:00:00Z",
        "limit=0",
        "limit=1000",
        "cursor=x",
        "cursor=AAAA",
        "kind=x",
        "kind=user.created",
    ];
    let forward =
        ["after=x", "after=AAAA", "after=&cursor=AAAA", "after=&kind=signed_in,x", "after=&limit=0", "after=&user=x"];
    for query in backward.into_iter().chain(forward) {
        operator.get(&format!("/admin/v1/events?{query}")).await.refused(INVALID_ARGUMENT);
    }
    // A cursor that was never issued may point anywhere in time.
    for cursor in ["A".repeat(32), "_".repeat(32), format!("gAAAAAAAAAA{}", "A".repeat(21))] {
        operator.get(&format!("/admin/v1/events?cursor={cursor}")).await.check_no_fault();
    }
    // So may a place to go on from: the last of all, and one below nought.
    for after in ["Pn__________", "Pv__________"] {
        operator.get(&format!("/admin/v1/events?after={after}")).await.check_no_fault();
    }
}

#[tokio::test]
async fn unknown_query_parameters_are_refused() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    for (query, named) in
        [("unknown=1", "\"unknown\""), ("user_id=7", "\"user_id\""), ("after=&kinds=signed_in", "\"kinds\"")]
    {
        let said = operator.get(&format!("/admin/v1/events?{query}")).await.refused(INVALID_ARGUMENT);
        assert!(said.contains(named) && said.contains("after"), "{query}: {said}");
    }
}

#[tokio::test]
async fn events_are_filtered_by_kind() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (id, name) = operator.create_named(PASSWORD).await;
    app.device().sign_in(&name, PASSWORD).await.ok();
    operator.post(&format!("/admin/v1/users/{id}/block"), json!({})).await.ok();
    for (query, expected) in [
        ("kind=signed_in", vec!["signed_in"]),
        ("kind=signed_in,user_blocked", vec!["signed_in", "user_blocked"]),
        ("kind=user_blocked&kind=user_created", vec!["user_blocked", "user_created"]),
        ("kind=", vec!["signed_in", "user_blocked", "user_created", "user_read"]),
        ("kind=account_deleted", vec![]),
    ] {
        for direction in ["", "&after="] {
            let found = operator.get(&format!("/admin/v1/events?user={id}&{query}{direction}")).await.ok();
            let kinds: BTreeSet<_> = found["events"].as_array().expect("events").iter().map(kind).collect();
            assert_eq!(kinds, expected.iter().copied().collect(), "{query}{direction}");
        }
    }
}

fn id(event: &Value) -> &str {
    event["id"].as_str().expect("an id")
}

fn kind(event: &Value) -> &str {
    event["kind"].as_str().expect("a kind")
}

/// Reads on after this place until nothing comes any more: the events' ids, and where to go on.
async fn read_on(operator: &Operator, after: &str, limit: usize) -> (Vec<String>, String) {
    let (mut seen, mut after) = (Vec::new(), after.to_owned());
    loop {
        let part = operator.get(&format!("/admin/v1/events?after={after}&limit={limit}")).await.ok();
        let events = part["events"].as_array().expect("events");
        assert!(events.len() <= limit, "{part}");
        seen.extend(events.iter().map(|event| id(event).to_owned()));
        after = part["next_cursor"].as_str().expect("a place to go on from").to_owned();
        if part["has_more"] == false {
            return (seen, after);
        }
    }
}

#[tokio::test]
async fn events_are_read_forward_while_users_sign_up() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (nothing, mut after) = read_on(&operator, "", 500).await;
    assert_eq!(nothing, [""; 0]);
    let sign_ups = (0..8).map(|_| {
        let device = app.device();
        tokio::spawn(async move { device.sign_up(&unique_email(), json!({})).await.sub().to_owned() })
    });
    let sign_ups: Vec<_> = sign_ups.collect();
    let mut seen = Vec::new();
    while seen.len() < 8 {
        let (more, next) = read_on(&operator, &after, 3).await;
        seen.extend(more);
        after = next;
    }
    for sign_up in sign_ups {
        sign_up.await.expect("no panic");
    }
    let list = operator.get("/admin/v1/events?kind=signed_up").await.ok();
    let listed: BTreeSet<_> = list["events"].as_array().expect("events").iter().map(id).collect();
    let distinct: BTreeSet<_> = seen.iter().map(String::as_str).collect();
    assert_eq!((seen.len(), distinct), (8, listed));
    let (again, _) = read_on(&operator, "", 500).await;
    assert_eq!(again, seen, "left: from the beginning, right: while it happened");
    assert_eq!(read_on(&operator, &after, 3).await, (vec![], after.clone()), "after the end");
}
