//! From tables to what the router serves: one resource for each path.

use std::collections::BTreeMap;

use actix_web::http::header::ALLOW;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, Resource};

use super::route::{Route, order, shape};
use super::{Endpoints, EndpointsError};
use crate::error::{ApiError, ErrorName};
use crate::pages::{CONSOLE, DOCS, ROOT};

/// The places of pages, which are no endpoints.
const PAGES: [(&str, &str); 3] =
    [(ROOT, "the first page"), (DOCS, "the documentation's pages"), (CONSOLE, "the console's pages")];

/// A route, and the table that it is in.
type Entry<'a> = (&'a Endpoints, &'a Route);

fn entries(tables: &[Endpoints]) -> impl Iterator<Item = Entry<'_>> {
    tables.iter().flat_map(|table| table.routes.iter().map(move |route| (table, route)))
}

/// Checks that every path is in one table, has each method once there, and hides no other path.
pub(crate) fn check(tables: &[Endpoints]) -> Result<(), EndpointsError> {
    let mut by_shape: BTreeMap<String, Vec<Entry<'_>>> = BTreeMap::new();
    for (table, route) in entries(tables) {
        if let Some((place, pages)) = PAGES.iter().find(|(place, _)| lies_in(&route.path, place)) {
            let routes = [format!("GET {place}"), route.name()];
            return Err(EndpointsError::SamePath { routes, tables: [pages, table.name] });
        }
        if !route.is_well_formed() {
            return Err(EndpointsError::MalformedPath { route: route.name(), table: table.name });
        }
        if route.method == Method::HEAD {
            return Err(EndpointsError::OwnHead { route: route.name(), table: table.name });
        }
        let alike = by_shape.entry(shape(&route.path)).or_default();
        let excludes = |(owner, other): &&Entry<'_>| {
            !std::ptr::eq(*owner, table) || other.path != route.path || other.method == route.method
        };
        if let Some((first, other)) = alike.iter().find(excludes) {
            let routes = [other.name(), route.name()];
            return Err(EndpointsError::SamePath { routes, tables: [first.name, table.name] });
        }
        alike.push((table, route));
    }
    Ok(())
}

/// Whether a path is that of a page or below it. Below the root is everything, so only the root itself is its place.
fn lies_in(path: &str, place: &str) -> bool {
    path == place || (place != ROOT && path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/')))
}

/// Serves all routes of tables that have been checked.
pub(crate) fn register(config: &mut ServiceConfig, tables: &[Endpoints]) {
    let mut entries: Vec<_> = entries(tables).collect();
    // Stable: methods stay in the order of the tables.
    entries.sort_by(|(_, one), (_, other)| order(&one.path, &other.path));
    for here in entries.chunk_by(|(_, one), (_, other)| one.path == other.path) {
        config.service(resource(here));
    }
}

fn resource(here: &[Entry<'_>]) -> Resource {
    let allowed = allowed(here);
    let (_, first) = here[0];
    let resource = here
        .iter()
        .fold(web::resource(&*first.path), |resource, (table, route)| table.give_state(route.attach_to(resource)));
    resource.default_service(web::to(move || std::future::ready(wrong_method(&allowed))))
}

/// The methods of a path. HEAD is served wherever GET is.
fn allowed(here: &[Entry<'_>]) -> String {
    let methods =
        here.iter().map(|(_, route)| if route.method == Method::GET { "GET, HEAD" } else { route.method.as_str() });
    methods.collect::<Vec<_>>().join(", ")
}

/// An error in the contract's shape (RFC 9110, 15.5.6).
fn wrong_method(allowed: &str) -> HttpResponse {
    let error = ApiError::new(ErrorName::Unimplemented, format!("this path takes {allowed} only"))
        .with_status(StatusCode::METHOD_NOT_ALLOWED);
    let mut response = HttpResponse::from_error(error);
    if let Ok(allowed) = allowed.parse() {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}
