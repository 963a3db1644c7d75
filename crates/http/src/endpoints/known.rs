//! What can be known about requests before there are any.

use super::{Endpoints, Route};
use crate::error::ErrorName;
use crate::middleware::CLIENT_GONE;

/// What a request may come to wherever it goes.
const ANYWHERE: [ErrorName; 4] =
    [ErrorName::InvalidArgument, ErrorName::ResourceExhausted, ErrorName::Unavailable, ErrorName::Internal];

/// A method of an endpoint, and what its requests may come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRoute {
    /// The method.
    pub method: String,
    /// The path's pattern.
    pub path: String,
    /// `ok`, the names of errors, and `client_gone`, as the log calls outcomes.
    pub outcomes: Vec<&'static str>,
}

/// Returns all routes of these tables. What a route's description does not say may happen all the same.
pub fn known_routes<'a>(tables: impl IntoIterator<Item = &'a Endpoints>) -> Vec<KnownRoute> {
    tables.into_iter().flat_map(|table| table.routes.iter().map(known)).collect()
}

fn known(route: &Route) -> KnownRoute {
    let names = ErrorName::ALL.into_iter().filter(|name| ANYWHERE.contains(name) || route.errors.contains(name));
    let outcomes = ["ok", CLIENT_GONE].into_iter().chain(names.map(|name| name.row().0)).collect();
    KnownRoute { method: route.method.to_string(), path: route.path.clone(), outcomes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_those_of_the_description() {
        let routes = known_routes(&crate::public_endpoints());
        let of = |method: &str, path: &str| {
            let route = routes.iter().find(|route| route.method == method && route.path == path).expect(path);
            route.outcomes.clone()
        };
        let me = of("GET", "/auth/v1/user/me");
        assert!(me.contains(&"ok") && me.contains(&"client_gone"), "{me:?}");
        assert!(me.contains(&"unauthenticated") && me.contains(&"unavailable"), "{me:?}");
        assert!(!me.contains(&"provider_error"), "{me:?}");
        assert!(of("GET", "/auth/v1/provider/uri").contains(&"provider_error"));
        assert!(of("GET", "/.well-known/jwks.json").contains(&"ok"), "of those that are not described, too");
    }
}
