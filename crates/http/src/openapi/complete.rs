//! What is filled in once all parts of a document are in it.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder, Schema, Type};

use super::errors;
use crate::endpoints::operations;
use crate::upkeep::PROBES;

/// Fills in what operations leave open. `common` are the status and the description of errors that any call may be
/// answered with, those to probes apart; `tags` are the tags of operations with the names of their tables.
pub(super) fn complete(document: &mut OpenApi, common: &[(&str, &str)], tags: &BTreeMap<String, &'static str>) {
    // Whoever wants credentials says so.
    document.security.get_or_insert_default();
    add_tags(document, tags);
    add_common_answers(document, common);
    put_summaries_on_one_line(document);
    deny_null_in_parameters(document);
    describe_responses(document);
    errors::add_examples(document);
}

/// The operations that are no probes, with their paths.
pub(super) fn calls(document: &mut OpenApi) -> impl Iterator<Item = (&str, &mut Operation)> {
    let paths = document.paths.paths.iter_mut().map(|(path, item)| (path.as_str(), item));
    let calls = paths.filter(|(path, _)| !PROBES.contains(path));
    calls.flat_map(|(path, item)| operations(item).map(move |operation| (path, operation)))
}

/// Lists all tags, with a description of each: ours in the order in which one uses them, then those of others.
fn add_tags(document: &mut OpenApi, tags: &BTreeMap<String, &'static str>) {
    let listed = document.tags.get_or_insert_default();
    for (name, table) in tags {
        if listed.iter().all(|tag| tag.name != *name) {
            let description = format!("Endpoints of {table}.");
            listed.push(TagBuilder::new().name(name).description(Some(description)).build());
        }
    }
}

fn add_common_answers(document: &mut OpenApi, common: &[(&str, &str)]) {
    let error = || ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
    for (_, operation) in calls(document) {
        for (status, description) in common {
            let response = ResponseBuilder::new().description(*description).content("application/json", error());
            let responses = &mut operation.responses.responses;
            responses.entry((*status).to_owned()).or_insert_with(|| response.build().into());
        }
    }
}

/// Clients show summaries as titles.
fn put_summaries_on_one_line(document: &mut OpenApi) {
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        operation.summary = operation.summary.take().map(|summary| summary.replace('\n', " "));
    }
}

/// A parameter that need not be there is left out, and never null.
fn deny_null_in_parameters(document: &mut OpenApi) {
    let operations = document.paths.paths.values_mut().flat_map(operations);
    for parameter in operations.flat_map(|operation| operation.parameters.iter_mut().flatten()) {
        let RefOr::T(Parameter { schema: Some(RefOr::T(Schema::Object(schema))), .. }) = parameter else { continue };
        let SchemaType::Array(types) = &mut schema.schema_type else { continue };
        types.retain(|kind| *kind != Type::Null);
        if let [only] = &types[..] {
            schema.schema_type = SchemaType::Type(only.clone());
        }
    }
}

/// OpenAPI wants a description of every response. Where an endpoint gives none, that of the body is as good.
fn describe_responses(document: &mut OpenApi) {
    let OpenApi { paths, components, .. } = document;
    for operation in paths.paths.values_mut().flat_map(operations) {
        for (status, response) in &mut operation.responses.responses {
            if let RefOr::T(response) = response
                && response.description.is_empty()
            {
                let of_error = errors::description(status, response);
                let described = of_error.or_else(|| description_of_body(components.as_ref()?, response));
                response.description = described.unwrap_or_else(|| reason(status).to_owned());
            }
        }
    }
}

/// The description of the schema that a response's body refers to.
fn description_of_body(components: &Components, response: &Response) -> Option<String> {
    let RefOr::T(content) = response.content.values().next()? else { return None };
    let RefOr::Ref(reference) = content.schema.as_ref()? else { return None };
    let RefOr::T(schema) = components.schemas.get(reference.ref_location.rsplit('/').next()?)? else { return None };
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
