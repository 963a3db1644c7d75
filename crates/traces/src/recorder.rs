//! Which requests are traced, and the spans of their traces.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use auth_domain::Timestamp;
use auth_outbound::{Called, Watcher};
use auth_ports::{Clock, Entropy, draw};
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::dispatcher;
use tracing_subscriber::Registry;
use tracing_subscriber::registry::{LookupSpan as _, SpanRef};

use crate::context::TraceContext;

/// How many spans are handed over in one request.
pub(crate) const AT_ONCE: usize = 512;
/// How many spans wait for the collector.
const MOST_WAITING: usize = 8 * AT_ONCE;

/// What is said of a span. The text is the program's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// The method of a request, one of a few.
    Method(String),
    /// The pattern of a request's path.
    Route(String),
    /// What something came to, one of a few words.
    Outcome(&'static str),
    /// The channel of a message.
    Channel(&'static str),
    /// The status of another party's answer.
    Status(u16),
}

/// What a span is, in the collector's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A request to this service.
    Server,
    /// Something in this service.
    Internal,
    /// A request to another one.
    Client,
}

/// A span that is over.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) trace: [u8; 16],
    pub(crate) id: [u8; 8],
    pub(crate) parent: Option<[u8; 8]>,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) ended: Timestamp,
    pub(crate) took: Duration,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) is_fault: bool,
}

/// Traces requests. Clones share what they know.
#[derive(Clone)]
pub struct Traces(Arc<Shared>);

struct Shared {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// How many of a thousand requests are traced.
    of_1000: u16,
    waiting: Mutex<Waiting>,
    /// Told when enough wait for a request to the collector.
    enough: Notify,
}

/// What the collector has not been given yet.
#[derive(Default)]
struct Waiting {
    spans: Vec<Finished>,
    /// How many there was no room for.
    dropped: usize,
}

/// What is known of a request's trace. It is kept beside the log's span of the request.
#[derive(Clone, Copy)]
struct Request {
    trace: [u8; 16],
    /// The caller's span.
    caller: Option<[u8; 8]>,
    /// The span of the request.
    id: [u8; 8],
    /// The span of which the next ones are parts: that of the request, then that of its use case.
    parent: [u8; 8],
    /// Otherwise other parties are told that a caller's trace goes on without being recorded here.
    is_sampled: bool,
}

impl Traces {
    /// Traces so many of a thousand requests.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, of_1000: u16) -> Self {
        let (waiting, enough) = (Mutex::default(), Notify::new());
        Self(Arc::new(Shared { clock, entropy, of_1000, waiting, enough }))
    }

    /// A request begins, in whose span this is called. `traceparent` is its header of that name: a caller's trace goes on,
    /// and what a caller does not trace is not traced here. Chance decides about everything else, because a caller may be
    /// anybody.
    pub fn begin(&self, traceparent: Option<&str>) {
        let caller = traceparent.and_then(TraceContext::parse);
        let is_sampled = caller.is_none_or(|caller| caller.is_sampled) && self.is_chosen();
        if caller.is_none() && !is_sampled {
            return;
        }
        let id = self.new_id();
        let trace = caller.map_or_else(|| draw(&*self.0.entropy), |caller| caller.trace);
        keep(Request { trace, caller: caller.map(|caller| caller.span), id, parent: id, is_sampled });
    }

    /// The use case of the request begins.
    pub fn handling(&self) {
        if let Some(request) = sampled() {
            keep(Request { parent: self.new_id(), ..request });
        }
    }

    /// The use case of the request has come to an end.
    pub fn handled(&self, took: Duration) {
        let Some(request) = sampled() else { return };
        let span = self.span(&request, "use case", Kind::Internal, took);
        self.finish(Finished { id: request.parent, parent: Some(request.id), ..span });
    }

    /// The request has been answered. `method`, `route` and `outcome` are those that are counted.
    pub fn end(&self, method: &str, route: &str, outcome: &'static str, took: Duration) {
        let Some(request) = sampled() else { return };
        let attributes =
            vec![Attribute::Method(method.to_owned()), Attribute::Route(route.to_owned()), Attribute::Outcome(outcome)];
        let is_fault = matches!(outcome, "internal" | "unavailable");
        let span = self.span(&request, &format!("{method} {route}"), Kind::Server, took);
        self.finish(Finished { id: request.id, parent: request.caller, attributes, is_fault, ..span });
    }

    /// Something that the request waited for, or that it has caused, has just ended.
    pub fn child(&self, name: &'static str, kind: Kind, took: Duration, attributes: Vec<Attribute>) {
        let Some(request) = sampled() else { return };
        self.finish(Finished { attributes, ..self.span(&request, name, kind, took) });
    }

    /// Tells other parties of the trace, and traces the calls to them.
    #[must_use]
    pub fn watcher(&self) -> Watcher {
        let traces = self.clone();
        Watcher::new(move || traces.outgoing())
    }

    fn outgoing(&self) -> Option<Called> {
        let request = current()?;
        let id = self.new_id();
        let header = TraceContext { trace: request.trace, span: id, is_sampled: request.is_sampled }.header();
        let (traces, began) = (self.clone(), Instant::now());
        Some(Called::new(header, move |status| {
            if request.is_sampled {
                let attributes = status.map(Attribute::Status).into_iter().collect();
                let span = traces.span(&request, "outbound call", Kind::Client, began.elapsed());
                traces.finish(Finished { id, attributes, is_fault: status.is_none(), ..span });
            }
        }))
    }

    /// Waits until enough spans wait for a request to the collector.
    pub(crate) async fn are_enough(&self) {
        self.0.enough.notified().await;
    }

    /// Takes what waits for the collector, at most [`AT_ONCE`].
    pub(crate) fn take(&self) -> Vec<Finished> {
        let mut waiting = self.waiting();
        let taken = waiting.spans.len().min(AT_ONCE);
        waiting.spans.drain(..taken).collect()
    }

    /// How many spans there was no room for since the last call.
    pub(crate) fn take_dropped(&self) -> usize {
        mem::take(&mut self.waiting().dropped)
    }

    fn is_chosen(&self) -> bool {
        match self.0.of_1000 {
            0 => false,
            1000.. => true,
            of_1000 => u64::from_be_bytes(draw(&*self.0.entropy)) % 1000 < u64::from(of_1000),
        }
    }

    fn new_id(&self) -> [u8; 8] {
        draw(&*self.0.entropy)
    }

    /// A span that ends now.
    fn span(&self, request: &Request, name: &str, kind: Kind, took: Duration) -> Finished {
        Finished {
            trace: request.trace,
            id: self.new_id(),
            parent: Some(request.parent),
            name: name.to_owned(),
            kind,
            ended: self.0.clock.now(),
            took,
            attributes: Vec::new(),
            is_fault: false,
        }
    }

    fn finish(&self, span: Finished) {
        let mut waiting = self.waiting();
        if waiting.spans.len() < MOST_WAITING {
            waiting.spans.push(span);
        } else {
            waiting.dropped += 1;
        }
        if waiting.spans.len() >= AT_ONCE {
            self.0.enough.notify_one();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request in whose span this runs, if it is traced.
fn sampled() -> Option<Request> {
    current().filter(|request| request.is_sampled)
}

/// The request in whose span this runs, if it belongs to a trace.
fn current() -> Option<Request> {
    of_log(|span| span.scope().find_map(|span| span.extensions().get::<Request>().copied()))
}

/// Keeps what is known of a request beside the span in which this runs.
fn keep(request: Request) {
    of_log(|span| span.extensions_mut().replace(request));
}

/// Looks at the log's span in which this runs.
fn of_log<T>(look: impl Fn(&SpanRef<'_, Registry>) -> Option<T>) -> Option<T> {
    dispatcher::get_default(|dispatch| {
        let current = dispatch.current_span();
        look(&dispatch.downcast_ref::<Registry>()?.span(current.id()?)?)
    })
}

#[cfg(test)]
mod tests {
    use auth_contracts::{CountingEntropy, ManualClock};

    use super::*;

    const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const UNTRACED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    const MILLI: Duration = Duration::from_millis(1);

    fn traces(of_1000: u16) -> Traces {
        Traces::new(Arc::new(ManualClock::new()), Arc::new(CountingEntropy::new()), of_1000)
    }

    /// Does this in a request, as far as the log is concerned.
    fn in_request<T>(work: impl FnOnce() -> T) -> T {
        tracing::subscriber::with_default(tracing_subscriber::registry(), || {
            tracing::info_span!("request").in_scope(work)
        })
    }

    fn end(traces: &Traces) {
        traces.end("POST", "/auth/v1/signup", "ok", 5 * MILLI);
    }

    #[test]
    fn a_request_and_its_parts_are_one_trace() {
        let traces = traces(1000);
        in_request(|| {
            traces.begin(Some(HEADER));
            traces.child("database call", Kind::Client, MILLI, Vec::new());
            traces.handling();
            tracing::info_span!("another").in_scope(|| traces.child("hash", Kind::Internal, MILLI, Vec::new()));
            let called = traces.outgoing().expect("it is traced");
            let said = called.traceparent();
            assert!(said.starts_with(&HEADER[..36]) && said.ends_with("-01") && said != HEADER, "{said}");
            drop(called);
            traces.handled(4 * MILLI);
            end(&traces);
            traces.child("message", Kind::Internal, MILLI, vec![Attribute::Channel("sms")]);
        });
        let spans = traces.take();
        let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
        assert_eq!(names, ["database call", "hash", "outbound call", "use case", "POST /auth/v1/signup", "message"]);
        let trace = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128.to_be_bytes();
        assert!(spans.iter().all(|span| span.trace == trace), "one trace");
        let (use_case, request) = (&spans[3], &spans[4]);
        assert_eq!(request.parent, Some(0x00f0_67aa_0ba9_02b7_u64.to_be_bytes()), "the caller's span");
        assert_eq!((use_case.parent, spans[0].parent), (Some(request.id), Some(request.id)));
        for span in [&spans[1], &spans[2], &spans[5]] {
            assert_eq!(span.parent, Some(use_case.id), "{span:?}");
        }
    }

    #[test]
    fn what_is_not_wanted_leaves_nothing() {
        for (of_1000, header) in [(0, None), (0, Some(HEADER)), (1000, Some(UNTRACED))] {
            let traces = traces(of_1000);
            in_request(|| {
                traces.begin(header);
                traces.handling();
                traces.child("hash", Kind::Internal, MILLI, Vec::new());
                let told = traces.outgoing();
                let told = told.as_ref().map(Called::traceparent);
                let told = told.map(|said| (&said[..36], said.ends_with("-00")));
                assert_eq!(told, header.map(|header| (&header[..36], true)), "a caller's trace goes on elsewhere");
                traces.handled(MILLI);
                end(&traces);
            });
            assert!(traces.take().is_empty());
        }
        let traces = traces(1000);
        traces.child("hash", Kind::Internal, MILLI, Vec::new());
        assert!(traces.take().is_empty() && traces.outgoing().is_none(), "outside of a request");
    }

    #[test]
    fn so_many_of_a_thousand_are_chosen() {
        let traces = traces(100);
        let chosen = std::iter::repeat_with(|| traces.is_chosen()).take(2000).filter(|chosen| *chosen);
        assert_eq!(chosen.count(), 200);
    }

    #[test]
    fn what_waits_is_bounded() {
        let traces = traces(1000);
        in_request(|| {
            traces.begin(None);
            for _ in 0..MOST_WAITING + 3 {
                traces.child("hash", Kind::Internal, MILLI, Vec::new());
            }
        });
        let taken = std::iter::repeat_with(|| traces.take().len()).take_while(|taken| *taken > 0);
        assert_eq!(taken.collect::<Vec<_>>(), [AT_ONCE; 8]);
        assert_eq!((traces.take_dropped(), traces.take_dropped()), (3, 0));
    }
}
