//! Traces: what a few of the requests spend their time on, for an OpenTelemetry collector (OTLP over HTTP, in JSON).
//!
//! A request that is traced has one trace: the request itself, its use case, and what that waits for: hashes, calls to the
//! database, calls to other parties, and the message that is sent at once. Context comes in and goes out as the W3C says
//! (Trace Context, level 1).
//!
//! What is known of a request's trace is kept beside the log's span of the request, which follows it to other threads. So
//! nothing has to be handed from one to the next, and it is forgotten together with the span. Durations are measured where
//! they pass; a span of a trace is made when it is over.
//!
//! # Rules
//!
//! - An attribute is one of [`Attribute`]: text that the program fixes. No address, user, token, statement or body can get
//!   in.
//! - No request waits for the collector, and the end of the service waits for a few seconds. What it does not take in time
//!   is dropped.

mod context;
mod export;
mod otlp;
mod recorder;

pub use export::ExportTraces;
pub use recorder::{Attribute, Kind, Traces};
