//! Traces: one through request, use case, hash, database, other parties and message, and nothing in it that a client sent.

use std::collections::BTreeSet;
use std::time::Duration;

use auth_senders::testing::{FakeWebhook, ReceivedRequest};
use auth_tests::{
    Caller, Flows as _, PASSWORD, SentCode, TestApp, TestAppBuilder, unique_email, unique_phone, unique_username,
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::timeout;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CODE: &str = "/auth/v1/verification";
const SIGN_UP: &str = "/auth/v1/signup";
const CALLER: &str = "00f067aa0ba902b7";
const PATIENCE: Duration = Duration::from_secs(15);

fn traced(builder: TestAppBuilder, collector: &FakeWebhook, of_1000: &str) -> TestAppBuilder {
    builder
        .set("AUTH__TRACES__ENDPOINT", &collector.url())
        .set("AUTH__TRACES__SAMPLED_OF_1000", of_1000)
        .set("AUTH__TRACES__AUTHORIZATION", "Basic canary-of-the-collector")
}

/// Sends a request of this trace.
async fn send(caller: &impl Caller, path: &str, flags: &str, body: &Value) -> Value {
    let request = caller.request(Method::POST, path).header("traceparent", format!("00-{TRACE}-{CALLER}-{flags}"));
    caller.send(request.header("user-agent", "canary-agent").json(body)).await.ok()
}

/// What a collector has been given.
#[derive(Default)]
struct Collected {
    spans: Vec<Value>,
    /// All of it but ids and instants.
    said: String,
}

impl Collected {
    /// Takes what the collector is given until it is enough.
    async fn until(collector: &FakeWebhook, is_enough: impl Fn(&Self) -> bool) -> Self {
        let mut collected = Self::default();
        while !is_enough(&collected) {
            let request = timeout(PATIENCE, collector.next_request()).await;
            let request = request.unwrap_or_else(|_| panic!("not all arrived: {:#?}", collected.spans));
            collected.take(&request);
        }
        collected
    }

    /// Reads a request as the protocol has it (OTLP 1, `ExportTraceServiceRequest` in JSON).
    fn take(&mut self, request: &ReceivedRequest) {
        assert_eq!(request.header("authorization"), "Basic canary-of-the-collector");
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("traceparent"), "", "traces are not traced");
        let mut body = request.json();
        let resource = body["resourceSpans"][0]["resource"]["attributes"].as_array().expect("of the resource");
        assert!(
            resource.iter().any(|one| one["key"] == "service.name" && one["value"]["stringValue"] == "auth-server")
        );
        let spans = body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array_mut().expect("spans");
        for span in spans {
            self.spans.push(span.clone());
            let [trace, id, parent] =
                ["traceId", "spanId", "parentSpanId"].map(|key| taken(span, key).unwrap_or_default());
            let is_id = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
            assert!(is_id(&trace, 32) && is_id(&id, 16) && (parent.is_empty() || is_id(&parent, 16)), "{span}");
            let [began, ended] = ["startTimeUnixNano", "endTimeUnixNano"].map(|key| taken(span, key).expect(key));
            let [began, ended] = [began, ended].map(|at| at.parse::<u64>().expect("nanoseconds"));
            assert!(began <= ended && (1..=3).contains(&span["kind"].as_i64().expect("a kind")), "{span}");
            for attribute in span["attributes"].as_array().expect("attributes") {
                let key = attribute["key"].as_str().expect("a key");
                let value = match key {
                    "http.response.status_code" => "intValue",
                    "http.request.method" | "http.route" | "outcome" | "channel" => "stringValue",
                    _ => panic!("an attribute that is not on the list: {attribute}"),
                };
                assert!(attribute["value"][value].is_string(), "{attribute}");
            }
        }
        self.said.push_str(&body.to_string());
    }

    fn named(&self, name: &str) -> Vec<&Value> {
        self.spans.iter().filter(|span| span["traceId"] == TRACE && span["name"] == name).collect()
    }

    /// The only span that is a part of this one and has this name.
    fn part(&self, whole: &Value, name: &str) -> &Value {
        let parts = self.named(name).into_iter().filter(|span| span["parentSpanId"] == whole["spanId"]);
        let parts: Vec<_> = parts.collect();
        let [part] = parts[..] else { panic!("one {name:?} of {whole}: {parts:#?}") };
        part
    }
}

fn taken(span: &mut Value, key: &str) -> Option<String> {
    Some(span.as_object_mut()?.remove(key)?.as_str()?.to_owned())
}

fn header_of(call: &Value) -> String {
    format!("00-{TRACE}-{}-01", call["spanId"].as_str().expect("an id"))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_goes_through_everything_and_holds_no_secret() {
    let (collector, gateway) = (FakeWebhook::start().await, FakeWebhook::start().await);
    let rule = FakeWebhook::speaking(|_| (200, json!({ "allowed": true }).to_string())).await;
    let app = traced(TestApp::builder(), &collector, "1000")
        .set("AUTH__SMS__KIND", "webhook")
        .set("AUTH__SMS__WEBHOOK__URL", &gateway.url())
        .set("AUTH__SMS__WEBHOOK__SECRET", SECRET)
        .set("AUTH__RULES__OWN__URL", &rule.url())
        .set("AUTH__RULES__OWN__SECRETS", SECRET)
        .start()
        .await;
    let (device, phone, name) = (app.device(), unique_phone(), unique_username());
    let asked = send(&device, CODE, "01", &phone.with(json!({}))).await;
    let message = gateway.next_request().await;
    let code = message.json()["code"].as_str().expect("a code").to_owned();
    let id = asked["verification_id"].as_str().expect("an id").to_owned();
    let token = device.verify(&SentCode { id, code: code.clone() }).await;
    let body = phone.with(json!({ "verification_token": token, "username": name, "password": PASSWORD }));
    let tokens = send(&device, SIGN_UP, "01", &body).await;
    let question = rule.next_request().await;

    let [of_code, of_sign_up] = [CODE, SIGN_UP].map(|path| format!("POST {path}"));
    let all = [&*of_code, &*of_sign_up, "hash", "database call", "message"];
    let collected = Collected::until(&collector, |collected| {
        all.iter().all(|name| !collected.named(name).is_empty())
            && collected.named("use case").len() == 2
            && collected.named("outbound call").len() == 2
    })
    .await;
    for (request, call, parts) in [(&of_code, &message, &["message"][..]), (&of_sign_up, &question, &["hash"])] {
        let request = collected.named(request)[0];
        assert_eq!(request["parentSpanId"], CALLER);
        let use_case = collected.part(request, "use case");
        for part in parts {
            collected.part(use_case, part);
        }
        let told = header_of(collected.part(use_case, "outbound call"));
        assert_eq!(call.header("traceparent"), told, "what the other party is told");
    }
    let known: BTreeSet<_> = collected.spans.iter().map(|span| span["spanId"].as_str()).collect();
    for call in collected.named("database call") {
        assert!(known.contains(&call["parentSpanId"].as_str()), "it hangs in the air: {call}");
    }
    let digits = phone.text().replace("+86 ", "");
    let secrets = ["access_token", "refresh_token", "sub"].map(|field| tokens[field].as_str().expect(field));
    let others = [&*digits, &*name, PASSWORD, &*code, device.id(), &*token, "canary", "127.0.0.1", SECRET];
    for secret in secrets.iter().chain(&others) {
        assert!(!collected.said.contains(*secret), "{secret} is in a trace");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_traced_is_up_to_the_caller_and_to_the_setting() {
    let collector = FakeWebhook::start().await;
    let app = traced(TestApp::builder(), &collector, "1000").start().await;
    let none = traced(app.beside(), &collector, "0").start().await;
    send(&none.device(), CODE, "01", &unique_email().with(json!({}))).await;
    // What it has to say is said by then.
    drop(none);
    let device = app.device();
    send(&device, CODE, "00", &unique_email().with(json!({}))).await;
    device.sign_up(&unique_email(), json!({})).await;
    let collected = Collected::until(&collector, |collected| collected.said.contains(SIGN_UP)).await;
    assert!(collected.spans.iter().all(|span| span["traceId"] != TRACE), "{:#?}", collected.spans);
    let traces: BTreeSet<_> = collected.spans.iter().map(|span| span["traceId"].as_str()).collect();
    assert!(traces.len() > 1, "one for each request");
}
