//! Requests and their answers.

use std::collections::HashSet;
use std::sync::OnceLock;
use std::time::Duration;

use prometheus::{HistogramVec, IntCounterVec, Result};

use super::families::Families;

/// What stands for a request whose path leads nowhere.
const UNMATCHED: &str = "unmatched";
/// What stands for a request that was refused before its path was looked at.
const REFUSED: &str = "refused";
/// What stands for whatever is served and is no endpoint, such as the pages of the documentation.
const OTHER: &str = "other";

/// A method of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: String,
    /// The path's pattern, such as `/auth/v1/user/sessions/{id}`.
    pub path: String,
    /// The outcomes that can be known beforehand: `ok`, the names of errors, and that of clients who are gone.
    pub outcomes: Vec<&'static str>,
}

/// An answer to a request, or the end of one that got none.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The method, which is one of a few.
    pub method: &'a str,
    /// The path's pattern. Patterns that are not of a known route are counted together.
    pub route: &'a str,
    /// `ok`, the name of the error, or that the client is gone.
    pub outcome: &'static str,
    /// How long it took.
    pub took: Duration,
}

pub(crate) struct HttpMetrics {
    requests: IntCounterVec,
    durations: HistogramVec,
    /// The patterns of paths that are endpoints.
    paths: OnceLock<HashSet<String>>,
}

impl HttpMetrics {
    pub(crate) fn new(families: &Families<'_>) -> Result<Self> {
        Ok(Self {
            requests: families.counters(
                "auth_http_requests_total",
                "Requests that came to an end, by the pattern of their path and by what the log calls the outcome.",
                &["method", "route", "outcome"],
            )?,
            durations: families.durations(
                "auth_http_request_duration_seconds",
                "The time from a request's head to its answer's, or to the end of its connection.",
                &["method", "route"],
            )?,
            paths: OnceLock::new(),
        })
    }

    /// Says which routes there are, of all listeners. Only the first call counts.
    pub(crate) fn know(&self, routes: impl IntoIterator<Item = Route>) {
        let mut paths = HashSet::new();
        for Route { method, path, outcomes } in routes {
            self.durations.with_label_values(&[&method, &path]);
            for outcome in outcomes {
                self.requests.with_label_values(&[method.as_str(), path.as_str(), outcome]);
            }
            paths.insert(path);
        }
        for (route, outcome) in [(UNMATCHED, "not_found"), (REFUSED, "invalid_argument"), (OTHER, "ok")] {
            self.requests.with_label_values(&["GET", route, outcome]);
            self.durations.with_label_values(&["GET", route]);
        }
        let _ = self.paths.set(paths);
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, answered: &Answered<'_>) {
        let Answered { method, route, outcome, took } = *answered;
        // A wrong method of an endpoint is one of its outcomes.
        let is_endpoint = self.paths.get().is_some_and(|paths| paths.contains(route));
        let route = if is_endpoint || [UNMATCHED, REFUSED].contains(&route) { route } else { OTHER };
        self.requests.with_label_values(&[method, route, outcome]).inc();
        self.durations.with_label_values(&[method, route]).observe(took.as_secs_f64());
    }
}
