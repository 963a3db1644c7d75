//! What an operation has to say, whoever brought it, so that validators of OpenAPI 3.1 take the document and generators
//! make a client of it.

use std::collections::BTreeSet;

use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::ArrayItems;
use utoipa::openapi::{Content, OpenApi, RefOr, Schema};

use crate::endpoints::{DescriptionFlaw, EndpointsError, described};

/// Checks the part of one table. `schemes` are the names of the security schemes of the document.
pub(super) fn check(part: &OpenApi, schemes: &BTreeSet<String>, table: &'static str) -> Result<(), EndpointsError> {
    let items = part.paths.paths.iter();
    for (path, method, operation) in
        items.flat_map(|(path, item)| described(item).map(move |(method, operation)| (path, method, operation)))
    {
        let flaw = id(operation)
            .or_else(|| parameters(path, operation))
            .or_else(|| credentials(operation, schemes))
            .or_else(|| success(operation))
            .or_else(|| bodies(operation))
            .or_else(|| component_names(part));
        if let Some(flaw) = flaw {
            return Err(EndpointsError::Description { operation: format!("{method} {path}"), flaw, table });
        }
    }
    Ok(())
}

fn id(operation: &Operation) -> Option<DescriptionFlaw> {
    let id = operation.operation_id.as_deref().unwrap_or_default();
    let is_name =
        id.starts_with(|c: char| c.is_ascii_alphabetic()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (!is_name).then(|| DescriptionFlaw::OperationId(id.to_owned()))
}

fn parameters(path: &str, operation: &Operation) -> Option<DescriptionFlaw> {
    let in_path = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path: BTreeSet<&str> = in_path.collect();
    let described = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    let described: Vec<&Parameter> = described.collect();
    let of_path = |parameter: &&&Parameter| parameter.parameter_in == ParameterIn::Path;
    let of_path: BTreeSet<&str> = described.iter().filter(of_path).map(|parameter| &*parameter.name).collect();
    if let Some(name) = in_path.difference(&of_path).next() {
        return Some(DescriptionFlaw::MissingParameter((*name).to_owned()));
    }
    if let Some(name) = of_path.difference(&in_path).next() {
        return Some(DescriptionFlaw::StrayParameter((*name).to_owned()));
    }
    let is_same = |one: &Parameter, other: &Parameter| one.name == other.name && one.parameter_in == other.parameter_in;
    let mut repeated = described.iter().enumerate().filter(|(index, one)| {
        let before = &described[..*index];
        before.iter().any(|other| is_same(one, other))
    });
    repeated.next().map(|(_, parameter)| DescriptionFlaw::SameParameter(parameter.name.clone()))
}

fn credentials(operation: &Operation, schemes: &BTreeSet<String>) -> Option<DescriptionFlaw> {
    let demanded = operation.security.iter().flatten();
    // A requirement shows its names to serializers only.
    let names = demanded.filter_map(|requirement| match serde_json::to_value(requirement) {
        Ok(serde_json::Value::Object(names)) => Some(names),
        _ => None,
    });
    let mut unknown = names.flat_map(|names| names.into_iter().map(|(name, _)| name));
    unknown.find(|name| !schemes.contains(name)).map(DescriptionFlaw::UnknownSecurityScheme)
}

fn success(operation: &Operation) -> Option<DescriptionFlaw> {
    let mut statuses = operation.responses.responses.keys();
    let is_success = |status: &String| status.starts_with(['2', '3']) || status == "default";
    (!statuses.any(is_success)).then_some(DescriptionFlaw::NoSuccess)
}

fn bodies(operation: &Operation) -> Option<DescriptionFlaw> {
    if let Some(RefOr::T(body)) = &operation.request_body
        && body.content.values().any(is_nameless)
    {
        return Some(DescriptionFlaw::NamelessSchema("the request's body".to_owned()));
    }
    let mut answers = operation.responses.responses.iter();
    let nameless = answers.find(|(_, response)| match response {
        RefOr::T(response) => response.content.values().any(is_nameless),
        RefOr::Ref(_) => false,
    });
    nameless.map(|(status, _)| DescriptionFlaw::NamelessSchema(format!("the answer {status}")))
}

/// Whether a body is an object, or a list of objects, that is written in place.
fn is_nameless(content: &RefOr<Content>) -> bool {
    let RefOr::T(content) = content else { return false };
    match &content.schema {
        Some(RefOr::T(Schema::Array(list))) => {
            matches!(&list.items, ArrayItems::RefOrSchema(items) if is_object_in_place(items))
        }
        Some(schema) => is_object_in_place(schema),
        None => false,
    }
}

fn is_object_in_place(schema: &RefOr<Schema>) -> bool {
    matches!(schema, RefOr::T(Schema::Object(object)) if !object.properties.is_empty())
}

/// The names of components have these characters only (OpenAPI 3.1, Components Object).
fn component_names(part: &OpenApi) -> Option<DescriptionFlaw> {
    let is_wrong = |name: &&String| !name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c));
    let components = part.components.iter();
    let mut names = components.flat_map(|all| all.schemas.keys().chain(all.security_schemes.keys()));
    names.find(is_wrong).map(|name| DescriptionFlaw::ComponentName(name.clone()))
}
