//! The bodies have the form that `docs/events.md` describes.

use std::path::Path;
use std::sync::Arc;

use auth_contracts::samples::sample_user_to_be;
use auth_contracts::{CountingEntropy, ManualClock};
use auth_domain::outbox::{OutgoingEvent, OutgoingKind, OutgoingKinds, SubscriberId};
use auth_outbound::testing::{FakeWebhook, WebhookConduct};
use auth_ports::{EventHandler as _, OnFailure, Rule as _, UserToBe};
use auth_webhooks::{HttpRule, HttpRuleSettings, WebhookSubscriber};
use serde_json::{Value, json};

use crate::support::{PATIENT, bare_event, bare_user, full_event, outbound, settings};

/// The largest body that is allowed, in bytes.
const MOST: usize = 20_000;

/// Returns the schema with this title in the documentation.
pub(crate) fn schema(title: &str) -> Value {
    let paper = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/events.md");
    let paper = std::fs::read_to_string(paper).expect("the paper is there");
    let blocks = paper.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let schemas = blocks.map(|block| serde_json::from_str::<Value>(block).expect("a schema is JSON"));
    schemas.into_iter().find(|schema| schema["title"] == title).expect("it is described")
}

/// Returns what does not match the schema, for the part of JSON Schema that ours use.
fn misfits(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_of_type = match schema["type"].as_str().expect("every part has a type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        other => panic!("{other} is not known here"),
    };
    if !is_of_type {
        return vec![format!("{at} is not a {}", schema["type"])];
    }
    if let Some(allowed) = schema["enum"].as_array().filter(|allowed| !allowed.contains(value)) {
        found.push(format!("{at} is none of {allowed:?}"));
    }
    let length = value.as_str().map_or(0, |text| text.chars().count() as u64);
    if schema["maxLength"].as_u64().is_some_and(|most| length > most) {
        found.push(format!("{at} is too long"));
    }
    if schema["format"] == "uuid" && value.as_str().is_none_or(|text| uuid::Uuid::parse_str(text).is_err()) {
        found.push(format!("{at} is no UUID"));
    }
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(required).is_none() {
            found.push(format!("{at}.{required} is missing"));
        }
    }
    for (name, part) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(described) => found.extend(misfits(described, part, &format!("{at}.{name}"))),
            None => found.push(format!("{at}.{name} is not described")),
        }
    }
    for (index, part) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(misfits(&schema["items"], part, &format!("{at}[{index}]")));
    }
    found
}

pub(crate) fn assert_fits(schema: &Value, body: &[u8]) {
    assert!(body.len() < MOST, "{} bytes", body.len());
    let body: Value = serde_json::from_slice(body).expect("JSON");
    assert_eq!(misfits(schema, &body, "body"), Vec::<String>::new(), "{body}");
}

pub(crate) async fn posted(event: &OutgoingEvent) -> Vec<u8> {
    let receiver = FakeWebhook::start().await;
    let id = SubscriberId::parse("crm").expect("a name");
    let settings = settings(&receiver.url(), PATIENT);
    let subscriber =
        WebhookSubscriber::new(id, OutgoingKinds::all(), &settings, outbound(), Arc::new(ManualClock::new()));
    subscriber.expect("fine settings").handle(event).await.expect("taken");
    receiver.requests().remove(0).body
}

async fn asked(user: &UserToBe) -> Vec<u8> {
    let backend = FakeWebhook::start().await;
    backend.conduct(WebhookConduct::Refuse(200, r#"{"allowed":true}"#.to_owned()));
    let settings = HttpRuleSettings {
        name: "crm".into(),
        on_failure: OnFailure::Refuse,
        backend: settings(&backend.url(), PATIENT),
    };
    let rule = HttpRule::new(settings, outbound(), Arc::new(ManualClock::new()), Arc::new(CountingEntropy::new()));
    rule.expect("fine settings").judge(user).await.expect("it answers");
    backend.requests().remove(0).body
}

#[tokio::test]
async fn events_are_as_described() {
    let schema = schema("An event");
    for event in [full_event(), bare_event()] {
        for kind in OutgoingKind::ALL {
            assert_fits(&schema, &posted(&OutgoingEvent { kind, ..event.clone() }).await);
        }
    }
}

#[test]
fn the_description_names_every_event() {
    let names: Vec<Value> = OutgoingKind::ALL.map(|kind| kind.name().into()).into();
    let mut described = schema("An event")["properties"]["type"]["enum"].as_array().expect("a list").clone();
    assert_eq!(described.len(), names.len());
    described.retain(|name| !names.contains(name));
    assert_eq!(described, Vec::<Value>::new(), "described, and never told");
}

#[tokio::test]
async fn questions_of_rules_are_as_described() {
    let schema = schema("Somebody who signs up");
    for user in [sample_user_to_be(), bare_user()] {
        assert_fits(&schema, &asked(&user).await);
    }
}

#[test]
fn what_is_not_as_described_is_noticed() {
    let schema = schema("An event");
    let id = "0b5f8c1e-5c1d-4f0e-9a53-1d1f6a4f7c2b";
    let fine = json!({
        "type": "user.created", "timestamp": "2026-01-01T00:00:00Z",
        "data": { "id": id, "recorded_as": "signed_up", "actor": "user" },
    });
    assert_eq!(misfits(&schema, &fine, "body"), Vec::<String>::new());
    for (path, wrong) in [
        ("/type", json!("user.gone")),
        ("/timestamp", json!(7)),
        ("/data", json!({ "id": id, "actor": "user" })),
        ("/data/id", json!("7")),
        ("/data", json!({ "id": id, "recorded_as": "signed_up", "actor": "user", "password": "x" })),
    ] {
        let mut body = fine.clone();
        *body.pointer_mut(path).expect("it is there") = wrong;
        assert_eq!(misfits(&schema, &body, "body").len(), 1, "{body}");
    }
}
