//! `GET /admin/v1/events`

use auth_tests::{AccountFlows as _, Caller as _, INVALID_ARGUMENT, PASSWORD, TestApp};
use serde_json::Value;

use super::support::Operator;

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
    assert_eq!(all["events"], Value::Array(seen.clone()));
    assert_eq!(seen.len(), 7);
    assert!(seen.iter().all(|event| event["user_id"] == *id));
    assert!(seen.windows(2).all(|pair| pair[0]["at"].as_str() >= pair[1]["at"].as_str()));
    assert_eq!(seen[0]["actor"], "user");
    assert!(seen[0]["network"].is_string() && seen[0]["client_id"].is_string(), "{}", seen[0]);
    let everybodys = operator.get("/admin/v1/events").await;
    assert!(everybodys.to_string().contains(&other), "{everybodys}");
}

#[tokio::test]
async fn invalid_queries_are_refused() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    for query in ["user=1", "user=x", "limit=0", "limit=1000", "cursor=x", "cursor=AAAA"] {
        operator.get(&format!("/admin/v1/events?{query}")).await.refused(INVALID_ARGUMENT);
    }
    // A cursor that was never issued may point anywhere in time.
    for cursor in ["A".repeat(32), "_".repeat(32), format!("gAAAAAAAAAA{}", "A".repeat(21))] {
        operator.get(&format!("/admin/v1/events?cursor={cursor}")).await.check_no_fault();
    }
}
