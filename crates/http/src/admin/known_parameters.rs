//! Query parameters that an operation does not have are refused: a misspelt filter would filter nothing, unnoticed.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::web::Data;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::{OpenApi, RefOr};

use super::url::QueryFields;
use crate::HttpOptions;
use crate::endpoints::{Endpoints, described};
use crate::error::ApiError;

/// The query parameters of each operation on the admin listener, whoever brought it, as the document has them: by method
/// and path.
pub(crate) struct KnownParameters(BTreeMap<String, Known>);

/// What the query of an operation may have.
struct Known {
    names: Vec<String>,
    /// Whether each kind of login name is a parameter too. They are not in the document, because extensions bring some.
    takes_kinds: bool,
}

/// The operation that searches users by a login name. No other one has this id.
const SEARCH: &str = "list_users";

impl KnownParameters {
    pub(crate) fn of(tables: &[Endpoints]) -> Self {
        let mut known = BTreeMap::new();
        for document in tables.iter().flat_map(Endpoints::documents) {
            for (path, item) in &document.paths.paths {
                for (method, operation) in described(item) {
                    known.insert(format!("{method} {path}"), Known::of(&document, item, operation));
                }
            }
        }
        Self(known)
    }
}

impl Known {
    fn of(document: &OpenApi, item: &PathItem, operation: &Operation) -> Self {
        let parameters = operation.parameters.iter().chain(&item.parameters).flatten();
        let parameters = parameters.filter_map(|parameter| resolved(document, parameter));
        let of_query = parameters.filter(|parameter| parameter.parameter_in == ParameterIn::Query);
        let names = of_query.map(|parameter| parameter.name.clone()).collect();
        Self { names, takes_kinds: operation.operation_id.as_deref() == Some(SEARCH) }
    }
}

/// The parameter itself, also where the operation refers to one that its document shares.
fn resolved<'a>(document: &'a OpenApi, parameter: &'a RefOr<Parameter>) -> Option<&'a Parameter> {
    match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next()?;
            match document.components.as_ref()?.parameters.get(name)? {
                RefOr::T(parameter) => Some(parameter),
                RefOr::Ref(_) => None,
            }
        }
    }
}

/// Checks the query of a request to this route, once it is known who makes it.
pub(super) fn check(request: &HttpRequest, route: Option<&str>) -> Result<(), ApiError> {
    if request.query_string().is_empty() {
        return Ok(());
    }
    let Some(known) = request.app_data::<Data<KnownParameters>>() else { return Ok(()) };
    let Some(path) = route else { return Ok(()) };
    let Some(known) = known.0.get(&format!("{} {path}", request.method())) else { return Ok(()) };
    let schemes = request.app_data::<Data<HttpOptions>>().map(|options| &options.schemes);
    let kinds = schemes.filter(|_| known.takes_kinds).into_iter().flat_map(|all| all.kinds());
    let names = known.names.iter().map(String::as_str).chain(kinds.map(|kind| kind.name()));
    QueryFields::of(request)?.only(names)
}
