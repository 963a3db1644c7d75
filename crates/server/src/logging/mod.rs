//! Structured logs on standard error. Standard output is for answers and for printed messages.

mod floods;

use std::io::IsTerminal as _;
use std::sync::LazyLock;

use auth_settings::{LogFormat, LogLevel, Settings};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::floods::Floods;

static FLOODS: LazyLock<Floods> = LazyLock::new(Floods::default);

/// Holds back what is repeated, and says how much it was, until this is dropped.
pub(crate) async fn watch_floods() {
    FLOODS.clone().watch().await;
}

/// Starts logging as configured. A second call changes nothing.
pub(crate) fn start(settings: &Settings) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter(settings.logging.level))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let _ = match settings.logging.format {
        LogFormat::Json => {
            let builder = builder.json().flatten_event(true).with_current_span(true).with_span_list(false);
            builder.finish().with(FLOODS.clone()).try_init()
        }
        LogFormat::Text => builder.with_target(false).finish().with(FLOODS.clone()).try_init(),
    };
}

/// Below `info`, only our own crates log: what libraries trace holds headers, bodies and statements, and so secrets.
fn filter(level: LogLevel) -> EnvFilter {
    // The web server's own log lines about its workers are of no use to operators.
    let quiet = "actix_server=warn";
    EnvFilter::new(match level {
        LogLevel::Error | LogLevel::Warn | LogLevel::Info => format!("{},{quiet}", level.as_str()),
        LogLevel::Debug | LogLevel::Trace => format!("info,auth_={},{quiet}", level.as_str()),
    })
}

#[cfg(test)]
mod tests {
    use tracing::Level;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn libraries_trace_nothing() {
        for (level, ours, theirs) in
            [(LogLevel::Trace, true, true), (LogLevel::Info, false, true), (LogLevel::Warn, false, false)]
        {
            tracing::subscriber::with_default(tracing_subscriber::registry().with(filter(level)), || {
                assert_eq!(tracing::enabled!(target: "auth_http::request", Level::TRACE), ours, "{level:?}");
                assert_eq!(tracing::enabled!(target: "h2::codec", Level::INFO), theirs, "{level:?}");
                assert!(!tracing::enabled!(target: "h2::codec", Level::DEBUG), "{level:?}");
            });
        }
    }
}
