//! Spans as a collector reads them: OTLP 1 in JSON, in which ids are hexadecimal and 64-bit numbers are text.

use auth_domain::text::hexadecimal;
use serde_json::{Value, json};

use crate::recorder::{Attribute, Finished, Kind};

/// The request that hands these spans over. `version` is the program's.
pub(crate) fn request(version: &str, spans: &[Finished]) -> Value {
    let spans: Vec<Value> = spans.iter().map(span).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": [text("service.name", "auth-server"), text("service.version", version)] },
        "scopeSpans": [{ "scope": { "name": "auth-server" }, "spans": spans }],
    }] })
}

fn span(span: &Finished) -> Value {
    let ended = span.ended.timestamp_nanos_opt().unwrap_or_default();
    let took = i64::try_from(span.took.as_nanos()).unwrap_or_default();
    let mut written = json!({
        "traceId": hexadecimal(&span.trace),
        "spanId": hexadecimal(&span.id),
        "name": span.name,
        "kind": match span.kind { Kind::Internal => 1, Kind::Server => 2, Kind::Client => 3 },
        "startTimeUnixNano": ended.saturating_sub(took).to_string(),
        "endTimeUnixNano": ended.to_string(),
        "attributes": span.attributes.iter().map(attribute).collect::<Vec<_>>(),
        "status": if span.is_fault { json!({ "code": 2 }) } else { json!({}) },
    });
    if let Some(parent) = &span.parent {
        written["parentSpanId"] = json!(hexadecimal(parent));
    }
    written
}

fn attribute(attribute: &Attribute) -> Value {
    match attribute {
        Attribute::Method(method) => text("http.request.method", method),
        Attribute::Route(route) => text("http.route", route),
        Attribute::Outcome(outcome) => text("outcome", outcome),
        Attribute::Channel(channel) => text("channel", channel),
        Attribute::Status(status) => {
            json!({ "key": "http.response.status_code", "value": { "intValue": status.to_string() } })
        }
    }
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use auth_contracts::samples::start;

    use super::*;

    #[test]
    fn a_span_is_written_as_the_collector_wants_it() {
        let span = Finished {
            trace: [0xab; 16],
            id: [0x01; 8],
            parent: Some([0x02; 8]),
            name: "outbound call".to_owned(),
            kind: Kind::Client,
            ended: start(),
            took: Duration::from_micros(1_500),
            attributes: vec![Attribute::Status(200)],
            is_fault: true,
        };
        let request = request("1.2.3", &[span]);
        let ended = start().timestamp_nanos_opt().expect("in range");
        let expected = json!({
            "traceId": "abababababababababababababababab",
            "spanId": "0101010101010101",
            "parentSpanId": "0202020202020202",
            "name": "outbound call",
            "kind": 3,
            "startTimeUnixNano": (ended - 1_500_000).to_string(),
            "endTimeUnixNano": ended.to_string(),
            "attributes": [{ "key": "http.response.status_code", "value": { "intValue": "200" } }],
            "status": { "code": 2 },
        });
        assert_eq!(request["resourceSpans"][0]["scopeSpans"][0]["spans"], json!([expected]));
        assert_eq!(request["resourceSpans"][0]["resource"]["attributes"][1]["value"]["stringValue"], "1.2.3");
    }
}
