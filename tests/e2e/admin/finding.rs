//! `GET /admin/v1/users`

use auth_tests::{
    Caller as _, FAILED_PRECONDITION, Flows as _, INVALID_ARGUMENT, Operator, PASSWORD, TestApp, UNAUTHENTICATED,
    unique_email, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Value, json};

fn ids(page: &Value) -> Vec<String> {
    let users = page["users"].as_array().expect("users");
    users.iter().map(|user| user["id"].as_str().expect("an id").to_owned()).collect()
}

/// A text as it comes from an input of full width, for a query.
fn wide(text: &str) -> String {
    let wide = |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c) } else { c };
    text.chars().map(wide).collect::<String>().replace(' ', "%20")
}

#[tokio::test]
async fn users_are_found_by_login_name() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (email, phone, name) = (unique_email(), unique_phone(), unique_username());
    let by_email = app.device().sign_up(&email, json!({})).await;
    let by_phone = app.device().sign_up(&phone, json!({ "username": name })).await;
    let escaped = phone.text().replace('+', "%2B").replace(' ', "%20");
    for (query, sub) in [
        (format!("email={}", email.text().to_uppercase()), by_email.sub()),
        (format!("phone_number={escaped}"), by_phone.sub()),
        (format!("username={}", name.to_uppercase()), by_phone.sub()),
    ] {
        let found = operator.get(&format!("/admin/v1/users?{query}")).await.ok();
        assert_eq!(ids(&found), [sub], "{query}");
        assert_eq!(found["next_cursor"], Value::Null);
    }
    let nobody = operator.get("/admin/v1/users?username=nobody-here").await.ok();
    assert_eq!(ids(&nobody), [""; 0]);
}

#[tokio::test]
async fn users_are_listed_in_pages() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(operator.create_named(PASSWORD).await);
    }
    made.sort();
    let in_order: Vec<_> = made.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(walk(&operator, "").await, (in_order, 3));
    made.sort_by(|(_, one), (_, other)| one.cmp(other));
    let by_name: Vec<_> = made.into_iter().map(|(id, _)| id).collect();
    assert_eq!(walk(&operator, "&starts_with=USER_").await, (by_name, 3));
}

/// The users of all pages of two, and how many pages there are.
async fn walk(operator: &Operator, filter: &str) -> (Vec<String>, usize) {
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = operator.get(&format!("/admin/v1/users?limit=2&cursor={cursor}{filter}")).await.ok();
        seen.extend(ids(&page));
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return (seen, pages),
        }
    }
}

#[tokio::test]
async fn invalid_queries_are_refused() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    for query in [
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=x",
        "cursor=x",
        "cursor=%00",
        "email=x",
        "phone_number=1",
        "username=a&email=b@c",
        "username=a&status=ACTIVE",
        "status=active",
        "created_from=yesterday",
        "created_from=2026-01-01",
        "created_until=%2B262142-12-31T00:00:00Z",
        "starts_with=a&limit=0",
        "starts_with=a&cursor=x",
        "starts_with=a&cursor=AAAAAAAAAAE",
    ] {
        operator.get(&format!("/admin/v1/users?{query}")).await.refused(INVALID_ARGUMENT);
    }
    operator.get("/admin/v1/users?limit=500&cursor=").await.ok();
}

#[tokio::test]
async fn users_are_searched_and_edited() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    let (email, phone) = (unique_email(), unique_phone());
    let id = operator.create(json!({ "email": email.text(), "phone_number": phone.text() })).await;
    let (blocked, name) = operator.create_named(PASSWORD).await;
    operator.post(&format!("/admin/v1/users/{blocked}/block"), json!({})).await.ok();
    let escaped = phone.text().replace('+', "%2B").replace(' ', "%20");
    let searched = async |query: &str| ids(&operator.get(&format!("/admin/v1/users?{query}")).await.ok());
    for (query, expected) in [
        (format!("starts_with={}", email.text()[..email.text().len() - 3].to_uppercase()), vec![&id]),
        (format!("starts_with={}", &escaped[..escaped.len() - 1]), vec![&id]),
        // Between the marks U+202A and U+202C, U+FEFF and U+00A0, U+200E and U+3000.
        (format!("starts_with=%E2%80%AA{}%E2%80%AC", wide(&phone.text()[..phone.text().len() - 1])), vec![&id]),
        (format!("phone_number=%EF%BB%BF{}%C2%A0", wide(phone.text())), vec![&id]),
        (format!("username=%E2%80%8E{}%E3%80%80", wide(&name)), vec![&blocked]),
        (format!("starts_with={}&status=ACTIVE", &name[..name.len() - 1]), vec![]),
        ("status=BLOCKED".to_owned(), vec![&blocked]),
        ("created_until=2000-01-01T00:00:00Z".to_owned(), vec![]),
        ("created_from=2000-01-01T00:00:00%2B08:00&limit=500".to_owned(), vec![&id, &blocked]),
        ("starts_with=%25".to_owned(), vec![]),
        ("starts_with=%00".to_owned(), vec![]),
    ] {
        let mut found = searched(&query).await;
        found.sort();
        let mut expected: Vec<String> = expected.into_iter().cloned().collect();
        expected.sort();
        assert_eq!(found, expected, "{query}");
    }

    let user = format!("/admin/v1/users/{id}");
    let edit = async |body: Value| operator.send(operator.request(Method::PATCH, &user).json(&body)).await;
    edit(json!({ "nickname": "Ann Lee", "username": "ann_lee", "email": "" })).await.ok();
    let edited = operator.user(&id).await;
    assert_eq!(
        (&edited["nickname"], &edited["username"], &edited["email"]),
        (&json!("Ann Lee"), &json!("ann_lee"), &json!(email.text()))
    );
    edit(json!({ "clear": ["nickname", "picture"], "description": "about" })).await.ok();
    let cleared = operator.user(&id).await;
    assert_eq!((cleared.get("nickname"), &cleared["description"]), (None, &json!("about")));
    edit(json!({ "username": name })).await.refused(FAILED_PRECONDITION);
    for body in [
        json!({ "nick_name": "A" }),
        json!({ "email": "x" }),
        json!({ "status": "BLOCKED" }),
        json!({ "gender": "X" }),
        json!({ "clear": ["email"] }),
        json!({ "clear": "nickname" }),
    ] {
        edit(body).await.refused(INVALID_ARGUMENT);
    }
}

#[tokio::test]
async fn unknown_query_parameters_are_refused() {
    let app = TestApp::start().await;
    let operator = Operator::of(&app);
    for (query, named) in [
        ("limit=500&unknown=1", "\"unknown\""),
        ("user_name=ann", "\"user_name\""),
        ("email=ann@example.com&Limit=1", "\"Limit\""),
        ("=x", "\"\""),
        ("%00%0A=x", "\"\\0\\n\""),
        ("after=", "\"after\""),
    ] {
        let said = operator.get(&format!("/admin/v1/users?{query}")).await.refused(INVALID_ARGUMENT);
        assert!(said.contains(named) && said.contains("phone_number"), "{query}: {said}");
    }
    // Every operation is held to the parameters that it has, before anything else is read of the request.
    let document = operator.get("/openapi.json").await.json();
    let mut held = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys().filter(|_| path.starts_with("/admin/v1/")) {
            let method = method.to_uppercase().parse::<Method>().expect("a method");
            let parts = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
            let url = format!("{}?unheard_of=1", parts.collect::<Vec<_>>().join("/"));
            let asked = operator.send(operator.request(method, &url).json(&json!({}))).await;
            let said = asked.refused(INVALID_ARGUMENT);
            assert!(said.contains("\"unheard_of\""), "{url}: {said}");
            held += 1;
        }
    }
    assert!(held > 15, "{held} operations");
    // Who has no key learns nothing about parameters.
    Operator::with_key(&app, "ak_x").get("/admin/v1/users?unknown=1").await.refused(UNAUTHENTICATED);
}
