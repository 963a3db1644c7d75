//! The pages for people, and what the first one of them is told.

use std::sync::Arc;

use auth_http::actix_web;
use auth_http::actix_web::http::Method;
use auth_http::actix_web::test::TestRequest;
use auth_http::{LocalPage, ShownMessage};
use serde_json::json;

use crate::support::{Answer, App};
use crate::{bearer, get};

fn page() -> LocalPage {
    let message = ShownMessage {
        number: 1,
        at: "2026-01-01T00:00:00.000Z".to_owned(),
        channel: "sms".to_owned(),
        to: "+86 13000000000".to_owned(),
        code: Some("123456".to_owned()),
        notice: None,
        language: "zh".to_owned(),
    };
    let messages = Arc::new(move || vec![message.clone()]);
    LocalPage { admin_port: 8081, providers: vec!["github".to_owned()], client: "default".to_owned(), messages }
}

#[actix_web::test]
async fn the_root_is_one_object_or_a_page() {
    let app = App::start().await;
    let root = app.call(get("/")).await;
    assert_eq!((root.status, &root.body["documentation"]), (200, &json!("/docs/")));
    app.call(get("/local/messages")).await.refused(404, "not_found");
    app.call(get("/").method(Method::POST)).await.refused(404, "not_found");

    let app = App::start_with_page(page()).await;
    let first = app.call(get("/")).await;
    assert_eq!((first.status, first.header("content-type")), (200, "text/html; charset=utf-8"));
    let service = app.call(get("/local/service")).await;
    assert_eq!(service.body, json!({ "admin_port": 8081, "providers": ["github"], "client": "default" }));
}

/// Whatever a page refers to is served by the same listener, and nothing but that may be loaded or called.
#[actix_web::test]
async fn pages_load_nothing_from_elsewhere_and_run_no_script_of_a_text() {
    let app = App::start_with_page(page()).await;
    let pages = [("/", true), ("/docs/", true), ("/docs/", false), ("/console/", false)];
    for (place, is_public) in pages {
        let call =
            async |path: &str| if is_public { app.call(get(path)).await } else { app.call_admin(get(path)).await };
        let page = call(place).await;
        assert_policy(&page);
        let (html, mut seen) = (page.text().to_owned(), 0);
        for link in ["src=\"", "href=\""].iter().flat_map(|attribute| html.split(attribute).skip(1)) {
            let link = link.split('"').next().unwrap_or_default();
            if link == "/" || link.starts_with('#') {
                continue;
            }
            assert!(!link.contains("//"), "{link} is elsewhere");
            let path = if link.starts_with('/') { link.to_owned() } else { format!("{place}{link}") };
            let file = call(&path).await;
            assert_eq!(file.status, 200, "{path}");
            assert_policy(&file);
            seen += 1;
        }
        assert!(seen > 2 && !html.contains("<script>") && !html.contains("style="), "{place}");
    }
    // What the documentation asks for only where somebody reads Chinese.
    for name in ["docs-zh-calls.json", "docs-zh-models.json", "docs-zh-admin.json"] {
        let texts = app.call_admin(get(&format!("/docs/{name}"))).await;
        assert_eq!((texts.status, texts.header("content-type")), (200, "application/json"), "{name}");
        assert_policy(&texts);
    }
    app.call(get("/docs/nothing.js")).await.refused(404, "not_found");
    app.call(get("/console/")).await.refused(404, "not_found");
    assert_eq!(app.call_admin(get("/")).await.header("location"), "/console/");
}

fn assert_policy(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    let parts =
        ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'", "frame-ancestors 'none'"];
    assert!(parts.iter().all(|part| policy.contains(part)) && !policy.contains("unsafe"), "{policy}");
}

#[actix_web::test]
async fn messages_are_shown_to_the_page_on_this_machine_only() {
    let app = App::start_with_page(page()).await;
    let from = |peer: &str| get("/local/messages").peer_addr(peer.parse().expect("an address"));
    let near = || from("127.0.0.1:5000").insert_header(("host", "127.0.0.1:8080"));
    let shown = app.call(near()).await;
    assert_eq!((shown.status, &shown.body["messages"][0]["code"]), (200, &json!("123456")));
    let near_too: [TestRequest; 4] = [
        from("[::1]:5000").insert_header(("host", "localhost:8080")),
        from("[::ffff:127.0.0.1]:5000").insert_header(("host", "[::1]:8080")),
        near().insert_header(("origin", "http://127.0.0.1:8080")).insert_header(("sec-fetch-site", "same-origin")),
        near().insert_header(("sec-fetch-site", "none")),
    ];
    for request in near_too {
        assert_eq!(app.call(request).await.status, 200);
    }
    let others: [TestRequest; 9] = [
        get("/local/messages"),
        from("192.0.2.1:5000").insert_header(("host", "127.0.0.1:8080")),
        from("127.0.0.1:5000"),
        // A name of somebody else's that leads here.
        near().insert_header(("host", "rebound.example:8080")),
        near().insert_header(("host", "127.0.0.1.example")),
        near().insert_header(("origin", "https://other.example")),
        near().insert_header(("sec-fetch-site", "cross-site")),
        near().insert_header(("x-forwarded-for", "127.0.0.1")),
        near().insert_header(("forwarded", "for=127.0.0.1")),
    ];
    for (place, request) in others.into_iter().enumerate() {
        let answer = app.call(request).await;
        assert_eq!((answer.status, &answer.body["error"]), (403, &json!("permission_denied")), "{place}");
    }
}

/// A query parameter that an operation does not have is refused, but only once it is known who asks.
#[actix_web::test]
async fn unknown_parameters_of_admin_calls_are_refused() {
    let app = App::start().await;
    for path in [
        "/admin/v1/users",
        "/admin/v1/users/1",
        "/admin/v1/users/1/sessions",
        "/admin/v1/events",
        "/admin/v1/subscriptions",
        "/admin/v1/dead-letters",
    ] {
        let misspelt = format!("{path}?limits=1");
        app.call_admin(get(&misspelt)).await.refused(401, "unauthenticated");
        let said = app.call_admin(bearer(get(&misspelt), &app.key)).await;
        assert!(said.refused(400, "invalid_argument").contains("\"limits\""), "{path}: {}", said.body);
    }
    // An endpoint of somebody else's is held to its description too.
    assert_eq!(app.call_admin(bearer(get("/admin/v1/badges?shape=round"), &app.key)).await.status, 200);
    let said = app.call_admin(bearer(get("/admin/v1/badges?shapes=round"), &app.key)).await;
    let expected = "there is no query parameter \"shapes\" here; those that there are: shape";
    assert_eq!(said.refused(400, "invalid_argument"), expected);
}
