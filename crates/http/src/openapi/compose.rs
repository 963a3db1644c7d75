//! One document of many parts.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{OpenApi, RefOr, Response, Schema};

use crate::endpoints::{Endpoints, EndpointsError, check};

/// Who refers to the schemas of the base, as errors call it.
const EVERY_TABLE: &str = "every table";

/// A document of the endpoints of all tables, on the base of one that says what all have in common.
pub(super) fn compose(base: OpenApi, tables: &[Endpoints]) -> Result<OpenApi, EndpointsError> {
    check(tables)?;
    let common = base.components.iter().flat_map(|components| components.schemas.keys());
    let schemas = common.map(|name| (name.clone(), EVERY_TABLE)).collect();
    let mut composed = Composed { document: base, operation_ids: BTreeMap::new(), schemas };
    for table in tables {
        for part in table.documents() {
            composed.add(table.name(), part.clone())?;
        }
    }
    let mut document = composed.document;
    for describe in tables.iter().flat_map(Endpoints::descriptions) {
        describe(&mut document)?;
    }
    describe_responses(&mut document);
    Ok(document)
}

/// A document, and which tables its names are from.
struct Composed {
    document: OpenApi,
    operation_ids: BTreeMap<String, &'static str>,
    schemas: BTreeMap<String, &'static str>,
}

impl Composed {
    fn add(&mut self, table: &'static str, mut part: OpenApi) -> Result<(), EndpointsError> {
        for operation in part.paths.paths.values_mut().flat_map(operations) {
            let tags = operation.tags.get_or_insert_default();
            if tags.is_empty() {
                tags.push(table.to_owned());
            }
            self.take_id(table, operation)?;
        }
        self.take_schemas(table, &part)?;
        self.document.merge(part);
        Ok(())
    }

    fn take_id(&mut self, table: &'static str, operation: &Operation) -> Result<(), EndpointsError> {
        let Some(id) = operation.operation_id.clone() else { return Ok(()) };
        match self.operation_ids.insert(id.clone(), table) {
            Some(first) => Err(EndpointsError::SameOperationId { id, tables: [first, table] }),
            None => Ok(()),
        }
    }

    fn take_schemas(&mut self, table: &'static str, part: &OpenApi) -> Result<(), EndpointsError> {
        let known = self.document.components.as_ref().map(|components| &components.schemas);
        for (name, schema) in part.components.iter().flat_map(|components| &components.schemas) {
            let first = *self.schemas.entry(name.clone()).or_insert(table);
            if known.and_then(|known| known.get(name)).is_some_and(|known| known != schema) {
                return Err(EndpointsError::SameSchemaName { name: name.clone(), tables: [first, table] });
            }
        }
        Ok(())
    }
}

/// The operations of a path.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, post, put, patch, delete, head, options, trace, .. } = item;
    [get, post, put, patch, delete, head, options, trace].into_iter().flatten()
}

/// OpenAPI wants a description of every response. Where an endpoint gives none, that of the body is as good.
fn describe_responses(document: &mut OpenApi) {
    let OpenApi { paths, components, .. } = document;
    let of_schema = |name: &str| description(components.as_ref()?.schemas.get(name)?);
    for operation in paths.paths.values_mut().flat_map(operations) {
        for (status, response) in &mut operation.responses.responses {
            if let RefOr::T(response) = response
                && response.description.is_empty()
            {
                let of_body = schema_name(response).and_then(of_schema);
                response.description = of_body.unwrap_or_else(|| reason(status).to_owned());
            }
        }
    }
}

/// The name of the schema that a response's body refers to.
fn schema_name(response: &Response) -> Option<&str> {
    let RefOr::T(content) = response.content.values().next()? else { return None };
    let RefOr::Ref(reference) = content.schema.as_ref()? else { return None };
    reference.ref_location.rsplit('/').next()
}

fn description(schema: &RefOr<Schema>) -> Option<String> {
    let RefOr::T(schema) = schema else { return None };
    match schema {
        Schema::Object(schema) => schema.description.clone(),
        Schema::OneOf(schema) => schema.description.clone(),
        Schema::AllOf(schema) => schema.description.clone(),
        Schema::AnyOf(schema) => schema.description.clone(),
        Schema::Array(schema) => schema.description.clone(),
        _ => None,
    }
}

fn reason(status: &str) -> &'static str {
    let status = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
    status.and_then(|status| status.canonical_reason()).unwrap_or("Response")
}

/// As JSON, indented, ending in a newline.
pub(super) fn text(document: &OpenApi) -> String {
    let mut text = document.to_pretty_json().expect("a document is texts, numbers and lists of them");
    text.push('\n');
    text
}
