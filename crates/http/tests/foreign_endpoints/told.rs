//! Whoever watches requests is told of each, also of one whose client hangs up before there is an answer.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_http::actix_web::HttpResponse;
use auth_http::actix_web::web::Data;
use auth_http::endpoints::Endpoints;
use auth_http::{Answered, Tracer, actix_web, endpoint, utoipa};
use tokio::sync::Notify;

use crate::get;
use crate::support::App;

/// Look for a badge, which takes forever.
#[utoipa::path(get, path = "/auth/v1/badge/{id}/hunt", params(("id" = String, Path)), responses((status = 200)))]
async fn hunt(begun: Data<Notify>) -> HttpResponse {
    begun.notify_one();
    pending().await
}

/// What was told, in order.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn note(&self, what: impl Into<String>) {
        self.0.lock().expect("nobody panics").push(what.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics"))
    }
}

impl Tracer for Told {
    fn begin(&self, _: Option<&str>) {
        self.note("begins");
    }

    fn handling(&self) {
        self.note("handling");
    }

    fn handled(&self, _: Duration) {
        self.note("handled");
    }
}

#[actix_web::test]
async fn each_request_is_told_once_whatever_becomes_of_it() {
    let (told, begun) = (Told::default(), Arc::new(Notify::new()));
    let table = Endpoints::new("hunts").with(endpoint!(hunt)).state(begun.clone());
    let watching = told.clone();
    let observer = Arc::new(move |answered: &Answered<'_>| {
        let Answered { method, route, outcome, .. } = *answered;
        watching.note(format!("{method} {route} {outcome}"));
    });
    let app = App::start_watched(table, observer, Arc::new(told.clone())).await;
    assert_eq!(app.call(get("/auth/v1/medal")).await.status, 200);
    assert_eq!(told.take(), ["begins", "handling", "handled", "GET /auth/v1/medal ok"]);
    app.hang_up(get("/auth/v1/badge/7/hunt"), begun.notified()).await;
    assert_eq!(told.take(), ["begins", "handling", "handled", "GET /auth/v1/badge/{id}/hunt client_gone"]);
    app.call(get("/nowhere")).await.refused(404, "not_found");
    assert_eq!(told.take(), ["begins", "GET unmatched not_found"]);
}
