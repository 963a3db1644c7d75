//! Structured logs on standard error. Standard output is for answers and for printed messages.

use std::io::IsTerminal as _;

use auth_settings::{LogFormat, Settings};
use tracing_subscriber::EnvFilter;

/// Starts logging as configured. A second call changes nothing.
pub(crate) fn start(settings: &Settings) {
    // The web server's own log lines about its workers are of no use to operators.
    let filter = EnvFilter::new(format!("{},actix_server=warn", settings.logging.level.as_str()));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let _ = match settings.logging.format {
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        LogFormat::Text => builder.with_target(false).try_init(),
    };
}
