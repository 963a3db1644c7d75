//! A request from its head to the answer's, or to the end of its connection if that comes first.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::{Error, HttpMessage as _};
use auth_domain::error_chain::ErrorChain;
use tokio::time::Instant;
use tracing::Span;

use crate::error::ApiError;
use crate::{Answered, Observer};

/// The outcome of a request whose connection ended before there was an answer.
pub(crate) const CLIENT_GONE: &str = "client_gone";
/// Its status in the log, which nobody was sent. Proxies use this number for the same.
const CLIENT_GONE_STATUS: u16 = 499;

/// What stands for the route of a request that came to its end before its path was looked at.
const REFUSED: &str = "refused";

/// Where the route of a request writes down its path's pattern as soon as it is found.
#[derive(Clone, Default)]
pub(crate) struct Reached(Rc<OnceCell<Arc<str>>>);

impl Reached {
    /// The request has got to the route with this pattern.
    pub(crate) fn note(request: &ServiceRequest, pattern: &Arc<str>) {
        if let Some(reached) = request.extensions().get::<Self>() {
            // There is one route for a request, so it is written once.
            let _ = reached.0.set(Arc::clone(pattern));
        }
    }
}

/// A request that has no answer yet. If its work is dropped, because its connection has ended, that is told in place of
/// the answer.
pub(super) struct Underway {
    span: Span,
    observer: Option<Observer>,
    method: Method,
    reached: Reached,
    started: Instant,
    is_told: bool,
}

impl Underway {
    /// The request begins now. `span` is the log's span for it, and the observer is told how it ends.
    pub(super) fn begin(request: &ServiceRequest, span: Span, observer: Option<Observer>) -> Self {
        let (method, reached) = (request.method().clone(), Reached::default());
        request.extensions_mut().insert(reached.clone());
        Self { span, observer, method, reached, started: Instant::now(), is_told: false }
    }

    /// It is answered: by a route, if its path leads to one, with a status and perhaps an error.
    pub(super) fn answered(mut self, route: Option<&str>, status: u16, error: Option<&Error>) {
        let error = error.and_then(|error| error.as_error::<ApiError>());
        self.tell(route.unwrap_or("unmatched"), error.map_or("ok", ApiError::wire_name), status, error);
    }

    /// It is refused by what surrounds the routes.
    pub(super) fn refused(self, error: &Error) {
        self.answered(Some(REFUSED), error.as_response_error().status_code().as_u16(), Some(error));
    }

    fn tell(&mut self, route: &str, outcome: &'static str, status: u16, error: Option<&ApiError>) {
        self.is_told = true;
        let answered = Answered { method: shown(&self.method), route, outcome, took: self.started.elapsed() };
        self.span.in_scope(|| {
            if let Some(observe) = &self.observer {
                observe(&answered);
            }
            log(&answered, status, error);
        });
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        if !self.is_told {
            let reached = self.reached.clone();
            let route = reached.0.get().map_or(REFUSED, |pattern| &**pattern);
            self.tell(route, CLIENT_GONE, CLIENT_GONE_STATUS, None);
        }
    }
}

/// The method, unless a client made it up: that has no place in a log.
fn shown(method: &Method) -> &str {
    let known = [Method::GET, Method::POST, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::HEAD, Method::PUT];
    if known.contains(method) { method.as_str() } else { "another" }
}

fn log(answered: &Answered<'_>, status: u16, error: Option<&ApiError>) {
    let Answered { method, route, outcome, took } = *answered;
    let millis = took.as_micros() as f64 / 1000.0;
    let causes = error.and_then(ApiError::cause).map(|cause| ErrorChain(cause).to_string());
    macro_rules! event {
        ($level:ident) => {
            tracing::$level!(
                http.method = method,
                http.route = route,
                http.status = status,
                outcome,
                millis,
                causes,
                "request"
            )
        };
    }
    // Overload and features that are not offered are not faults of the service, and neither is a failing third party.
    match (status, &causes) {
        (500.., _) if status != 501 && status != 503 => event!(error),
        (_, Some(_)) => event!(warn),
        (_, None) => event!(info),
    }
}
