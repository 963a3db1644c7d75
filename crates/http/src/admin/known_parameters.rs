//! Query parameters that an operation does not have are refused: a misspelt filter would filter nothing, unnoticed.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{OpenApi, RefOr};

use super::url::QueryFields;
use crate::HttpOptions;
use crate::endpoints::described;
use crate::error::ApiError;

/// The query parameters of each operation, as the document has them, by method and path. It is state of a table whose
/// operations are held to them.
pub(super) struct KnownParameters(BTreeMap<String, Vec<String>>);

impl KnownParameters {
    pub(super) fn of(documents: &[Arc<OpenApi>]) -> Self {
        let items = documents.iter().flat_map(|document| &document.paths.paths);
        let operations = items.flat_map(|(path, item)| described(item).map(move |one| (path, one)));
        Self(
            operations
                .map(|(path, (method, operation))| {
                    let parameters = operation.parameters.iter().flatten();
                    let names = parameters.filter_map(|parameter| match parameter {
                        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => {
                            Some(parameter.name.clone())
                        }
                        _ => None,
                    });
                    (format!("{method} {path}"), names.collect())
                })
                .collect(),
        )
    }
}

/// A login name that a search may name, beside which there may be further kinds.
const A_KIND: &str = "username";

/// Checks the query of a request to this route, once it is known who makes it.
pub(super) fn check(request: &HttpRequest, route: Option<&str>) -> Result<(), ApiError> {
    if request.query_string().is_empty() {
        return Ok(());
    }
    let Some(known) = request.app_data::<Data<KnownParameters>>() else { return Ok(()) };
    let Some(path) = route else { return Ok(()) };
    let Some(names) = known.0.get(&format!("{} {path}", request.method())) else { return Ok(()) };
    let schemes = request.app_data::<Data<HttpOptions>>().map(|options| &options.schemes);
    let kinds = schemes.filter(|_| names.iter().any(|name| name == A_KIND)).into_iter().flat_map(|all| all.kinds());
    let names = names.iter().map(String::as_str).chain(kinds.map(|kind| kind.name()));
    QueryFields::of(request)?.only(names)
}
