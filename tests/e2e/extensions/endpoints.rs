//! Endpoints of a team's own, with ports and settings behind them.

use std::sync::Arc;

use auth_domain::identifier::IdentifierKind;
use auth_extension::{Additions, Extension, Kit, Ports};
use auth_http::actix_web::HttpResponse;
use auth_http::actix_web::web::Data;
use auth_http::endpoints::Endpoints;
use auth_http::error::{ApiError, ErrorBody};
use auth_http::extract::SignedIn;
use auth_http::{endpoint, utoipa};
use auth_ports::{AccountStore, Clock};
use auth_server::{Server, World, ours};
use auth_settings::{Environment, Section, read};
use auth_tests::{Caller as _, Flows as _, TestApp, UNAUTHENTICATED, unique_phone};
use serde::Deserialize;
use serde_json::{Value, json};

/// `[badge]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct BadgeSection {
    #[serde(deserialize_with = "read::value")]
    metal: String,
}

impl Section for BadgeSection {}

struct Badges {
    metal: String,
    accounts: Arc<dyn AccountStore>,
    clock: Arc<dyn Clock>,
}

/// The badge of the signed-in user.
#[utoipa::path(get, path = "/auth/v1/user/badge", security(("bearer" = [])), responses(
    (status = 200, body = serde_json::Value),
    (status = 401, description = "`unauthenticated`", body = ErrorBody),
))]
async fn badge(caller: SignedIn, badges: Data<Badges>) -> Result<HttpResponse, ApiError> {
    let phone = caller.0.account.identifier(IdentifierKind::PHONE_NUMBER).expect("signed up with one");
    let owner = badges.accounts.find_owner(&phone.identifier).await.expect("the store answers");
    let known = owner.is_some();
    Ok(HttpResponse::Ok().json(json!({ "metal": badges.metal, "known": known, "at": badges.clock.now() })))
}

fn extension() -> Extension {
    let table = Endpoints::new("badge").with(endpoint!(badge));
    Extension::new("team-badge").endpoints(table).section("badge", |section: BadgeSection, _: &Kit| {
        let metal = section.metal;
        Ok(Additions::new().endpoint_state("badge", move |table, ports: &Ports| {
            let (accounts, clock) = (ports.stores.accounts.clone(), ports.kit.clock());
            Ok(table.state(Arc::new(Badges { metal: metal.clone(), accounts, clock })))
        }))
    })
}

#[tokio::test]
async fn an_endpoint_has_its_settings_and_the_ports() {
    let app = TestApp::builder().server(Server::new().with(extension())).set("AUTH__BADGE__METAL", "gold");
    let app = app.start().await;
    app.anonymous().get("/auth/v1/user/badge").await.refused(UNAUTHENTICATED);
    let caller = app.device().sign_up(&unique_phone(), json!({})).await;
    let badge = caller.get("/auth/v1/user/badge").await.ok();
    assert_eq!((&badge["metal"], &badge["known"]), (&json!("gold"), &json!(true)), "{badge}");
    assert_eq!(app.anonymous().post("/auth/v1/user/badge", json!({})).await.status, 405);
    let served = app.anonymous().get("/openapi.json").await.json();
    assert!(served["paths"]["/auth/v1/user/badge"]["get"].is_object(), "{served}");
}

#[test]
fn its_document_needs_no_settings() {
    let document = Server::new().with(extension()).document(false).expect("the endpoints fit together");
    let document: Value = serde_json::from_str(&document).expect("JSON");
    assert!(document["paths"]["/auth/v1/user/badge"]["get"].is_object());
    assert!(document["paths"]["/auth/v1/signup"]["post"].is_object());
}

/// The paths that the document of this program describes, in alphabetical order.
fn paths(server: &Server) -> Vec<String> {
    let document = server.document(false).expect("the endpoints fit together");
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let mut paths: Vec<_> = document["paths"].as_object().expect("paths").keys().cloned().collect();
    paths.sort();
    paths
}

#[test]
fn ours_come_through_the_same_door() {
    let all = paths(&Server::new());
    assert!(all.contains(&"/auth/v1/signup".to_owned()), "{all:?}");
    assert_eq!(paths(&Server::bare().with(ours::endpoints())), all);
    assert_eq!(paths(&Server::bare().with(extension())), ["/auth/v1/user/badge"], "nothing that is not registered");
}

#[test]
fn its_section_is_required_where_its_keys_are() {
    let configured = Server::new().with(extension()).configure(&Environment::default(), World::of_this_machine());
    let message = configured.map(drop).expect_err("no metal").to_string();
    assert_eq!(message, "badge.metal (AUTH__BADGE__METAL) is missing");
}
