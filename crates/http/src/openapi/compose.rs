//! One document of many parts.

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::path::Operation;
use utoipa::openapi::{Components, OpenApi};

use super::complete::complete;
use super::rules;
use crate::endpoints::{Endpoints, EndpointsError, check, operations};

/// Who refers to the schemas of the base, as errors call it.
const EVERY_TABLE: &str = "every table";

/// A document of the endpoints of all tables, on the base of one that says what all have in common. `common` are the
/// status and the description of errors that any call may be answered with.
pub(super) fn compose(base: OpenApi, tables: &[Endpoints], common: &[(&str, &str)]) -> Result<OpenApi, EndpointsError> {
    check(tables)?;
    let mut composed = Composed::on(base);
    for table in tables {
        for part in table.documents() {
            composed.add(table.name(), part)?;
        }
    }
    let Composed { mut document, tags, .. } = composed;
    for describe in tables.iter().flat_map(Endpoints::descriptions) {
        describe(&mut document)?;
    }
    complete(&mut document, common, &tags);
    Ok(document)
}

/// A document, and which tables its names are from.
struct Composed {
    document: OpenApi,
    operation_ids: BTreeMap<String, &'static str>,
    tags: BTreeMap<String, &'static str>,
    schemas: BTreeMap<String, &'static str>,
    security_schemes: BTreeSet<String>,
}

impl Composed {
    fn on(document: OpenApi) -> Self {
        let Components { schemas, security_schemes, .. } = document.components.clone().unwrap_or_default();
        Self {
            document,
            operation_ids: BTreeMap::new(),
            tags: BTreeMap::new(),
            schemas: schemas.into_keys().map(|name| (name, EVERY_TABLE)).collect(),
            security_schemes: security_schemes.into_keys().collect(),
        }
    }

    fn add(&mut self, table: &'static str, mut part: OpenApi) -> Result<(), EndpointsError> {
        let schemes = part.components.iter().flat_map(|components| components.security_schemes.keys());
        self.security_schemes.extend(schemes.cloned());
        rules::check(&part, &self.security_schemes, table)?;
        for operation in part.paths.paths.values_mut().flat_map(operations) {
            let tags = operation.tags.get_or_insert_default();
            if tags.is_empty() {
                tags.push(table.to_owned());
            }
            for tag in tags.iter() {
                self.tags.entry(tag.clone()).or_insert(table);
            }
            self.take_id(table, operation)?;
        }
        self.take_schemas(table, &part)?;
        self.document.merge(part);
        Ok(())
    }

    /// Ids are the same if clients would give them the same name, in whatever case they write names.
    fn take_id(&mut self, table: &'static str, operation: &Operation) -> Result<(), EndpointsError> {
        let Some(id) = operation.operation_id.clone() else { return Ok(()) };
        match self.operation_ids.insert(id.replace('_', "").to_lowercase(), table) {
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

/// As JSON, indented, ending in a newline.
pub(super) fn text(document: &OpenApi) -> String {
    let mut text = document.to_pretty_json().expect("a document is texts, numbers and lists of them");
    text.push('\n');
    // It is kept as long as the listener serves it.
    text.shrink_to_fit();
    text
}
