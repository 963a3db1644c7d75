//! What holds of every operation in both documents, ours and those of other teams, so that clients can be generated.

use std::collections::BTreeSet;

use auth_http::error::ErrorName;
use auth_http::{admin_document, admin_endpoints, public_document, public_endpoints};
use serde_json::Value;

use crate::badge;

/// Errors that come with another status than is usual for their name.
const UNUSUAL: [(&str, &str, &str); 1] = [("sign_in_anonymously", "403", "unimplemented")];

fn read(document: String) -> Value {
    serde_json::from_str(&document).expect("JSON")
}

/// Both documents, with the endpoints of teams in them.
fn documents() -> [Value; 2] {
    let public = [public_endpoints(), vec![badge::endpoints(), badge::of_another_team()]].concat();
    let admin = [admin_endpoints(), vec![badge::admin_endpoints()]].concat();
    [public_document(&public), admin_document(&admin)].map(|document| read(document.expect("they go together")))
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    entries(&document["paths"]).flat_map(|(_, item)| entries(item)).map(|(_, operation)| operation)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn everything_that_clients_show_is_described() {
    for document in documents() {
        let tags: BTreeSet<&str> = entries_of_list(&document["tags"])
            .map(|tag| {
                assert!(!text(&tag["description"]).is_empty(), "{tag}");
                text(&tag["name"])
            })
            .collect();
        for operation in operations(&document) {
            let (id, summary) = (text(&operation["operationId"]), text(&operation["summary"]));
            assert!(!summary.is_empty() && !summary.contains('\n'), "{id}: {summary}");
            assert!(entries_of_list(&operation["tags"]).all(|tag| tags.contains(text(tag))), "{id}");
            for (status, answer) in entries(&operation["responses"]) {
                assert!(!text(&answer["description"]).is_empty(), "{id} {status}");
            }
        }
    }
}

fn entries_of_list(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// Functions of clients are named after them.
#[test]
fn our_operation_ids_are_a_verb_and_more() {
    let tables: [Result<String, _>; 2] = [public_document(&public_endpoints()), admin_document(&admin_endpoints())];
    let documents = tables.map(|document| read(document.expect("they go together")));
    let ids = documents.iter().flat_map(operations).map(|operation| text(&operation["operationId"]));
    let odd: Vec<_> = ids.filter(|id| !id.contains('_') || id.to_lowercase() != *id).collect();
    assert_eq!(odd, [""; 0]);
}

#[test]
fn an_errors_example_is_one_that_this_operation_answers_with_this_status() {
    for document in documents() {
        for operation in operations(&document) {
            let errors = entries(&operation["responses"]).filter(|(status, _)| status.starts_with(['4', '5']));
            for (status, answer) in errors {
                check_examples(&document, text(&operation["operationId"]), status, answer);
            }
        }
    }
}

fn check_examples(document: &Value, id: &str, status: &str, answer: &Value) {
    let examples = &answer["content"]["application/json"]["examples"];
    assert!(entries(examples).count() > 0, "{id} {status}");
    for (name, reference) in entries(examples) {
        let error = ErrorName::ALL.into_iter().find(|error| error.row().0 == name).expect("an error's name");
        let (_, number, usual) = error.row();
        let place = format!("/components/examples/{name}");
        assert_eq!(text(&reference["$ref"]), format!("#{place}"));
        let body = &document.pointer(&place).expect("the reference resolves")["value"];
        assert_eq!((text(&body["error"]), body["error_code"].as_i64()), (&**name, Some(number.into())));
        assert!(!text(&body["error_description"]).is_empty(), "{body}");
        assert!(text(&answer["description"]).contains(&format!("`{name}`")), "{id} {status} {name}");
        let is_usual = usual.as_str() == status || UNUSUAL.contains(&(id, status, name.as_str()));
        assert!(is_usual, "{id} {status} {name}");
    }
}

#[test]
fn signing_up_has_an_example_for_each_way() {
    let [document, _] = documents();
    let body = &document["paths"]["/auth/v1/signup"]["post"]["requestBody"]["content"]["application/json"];
    let properties = &document["components"]["schemas"]["SignUpBody"]["properties"];
    let own = [("email", "email"), ("phone_number", "phone_number"), ("third_party", "provider_token")];
    let names: Vec<_> = entries(&body["examples"]).map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, own.map(|(name, _)| name));
    for (name, field) in own {
        let example = &body["examples"][name];
        assert!(!text(&example["summary"]).is_empty() && example["value"].get(field).is_some(), "{name}");
        assert!(entries(&example["value"]).all(|(field, _)| properties.get(field).is_some()), "{name}");
    }
}

/// Generators have to invent names for types that are written in place, and drop what refers to nothing.
#[test]
fn schemas_have_names_and_references_resolve() {
    for document in documents() {
        for (name, schema) in entries(&document["components"]["schemas"]) {
            let mut parts = children(schema);
            while let Some(part) = parts.pop() {
                assert!(part.get("properties").is_none(), "{name}: {part}");
                parts.extend(children(part));
            }
        }
        let mut all = vec![&document];
        while let Some(value) = all.pop() {
            // A property may have this name too.
            assert_ne!(value.get("nullable"), Some(&Value::Bool(true)), "OpenAPI 3.0: {value}");
            if let Some(place) = value.get("$ref").and_then(Value::as_str) {
                assert!(document.pointer(&place[1..]).is_some(), "{place}");
            }
            all.extend(entries(value).map(|(_, value)| value).chain(entries_of_list(value)));
        }
    }
}

/// The schemas inside a schema. The parts of an `allOf` are one type.
fn children(schema: &Value) -> Vec<&Value> {
    let lists = ["oneOf", "anyOf"].into_iter().flat_map(|key| entries_of_list(&schema[key]));
    let single = ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key));
    let properties = entries(&schema["properties"]).map(|(_, schema)| schema);
    properties.chain(lists).chain(single).collect()
}

#[test]
fn what_a_team_leaves_open_is_filled_in() {
    let [document, _] = documents();
    let operation = &document["paths"]["/auth/v1/medal"]["get"];
    let tag = entries_of_list(&document["tags"]).find(|tag| tag["name"] == "medal").expect("it is listed");
    assert_eq!(tag["description"], "Endpoints of medal.");
    assert_eq!(operation["tags"], serde_json::json!(["medal"]));
    assert_eq!(operation["responses"]["200"]["description"], "The badge of a user.");
    let lost = &operation["responses"]["404"];
    assert_eq!(lost["description"], "`not_found`");
    let of_ours = &document["paths"]["/auth/v1/signup"]["post"]["responses"]["429"];
    assert_eq!(&operation["responses"]["429"], of_ours);
    // An operation that names no credentials needs none.
    assert_eq!(document["security"], serde_json::json!([]));
}

/// A client has to name itself and its device, and to show what the bot gate gave it.
#[test]
fn calls_have_the_parameters_that_every_call_may_have() {
    let [document, admin] = documents();
    let all = ["client_id", "device_id", "captcha_token"].map(|name| format!("#/components/parameters/{name}"));
    let cases: [(&str, &[String]); 6] = [
        ("sign_up", &all),
        ("get_me", &all[..2]),
        ("medal", &all[..2]),
        // It describes the device by itself.
        ("sign_in_anonymously", &[all[0].clone(), all[2].clone()]),
        ("get_key_set", &[]),
        ("get_health", &[]),
    ];
    for (id, expected) in cases {
        let operation = operations(&document).find(|operation| operation["operationId"] == id).expect("it is there");
        let shared = entries_of_list(&operation["parameters"]).filter_map(|parameter| parameter["$ref"].as_str());
        assert_eq!(shared.collect::<Vec<_>>(), expected, "{id}");
    }
    assert!(admin["components"].get("parameters").is_none());
}
