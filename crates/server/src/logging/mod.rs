//! Structured logs on standard error. Standard output is for answers and for printed messages.

mod floods;

use std::io::IsTerminal as _;
use std::sync::{LazyLock, OnceLock};

use auth_settings::{LogFormat, LogLevel, Settings};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::reload::Error as ReloadError;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::floods::Floods;

/// Changes the level of this process's log.
type SetLevel = Box<dyn Fn(LogLevel) -> Result<(), ReloadError> + Send + Sync>;

static SET_LEVEL: OnceLock<SetLevel> = OnceLock::new();
static FLOODS: LazyLock<Floods> = LazyLock::new(Floods::default);

/// Changes what is logged from now on, if this program writes the log.
pub(crate) fn set_level(level: LogLevel) -> Result<(), ReloadError> {
    SET_LEVEL.get().map_or(Ok(()), |set| set(level))
}

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
    let (set_level, started): (SetLevel, _) = match settings.logging.format {
        LogFormat::Json => {
            let builder = builder.json().flatten_event(true).with_current_span(true).with_span_list(false);
            let builder = builder.with_filter_reloading();
            let handle = builder.reload_handle();
            (Box::new(move |level| handle.reload(filter(level))), builder.finish().with(FLOODS.clone()).try_init())
        }
        LogFormat::Text => {
            let builder = builder.with_target(false).with_filter_reloading();
            let handle = builder.reload_handle();
            (Box::new(move |level| handle.reload(filter(level))), builder.finish().with(FLOODS.clone()).try_init())
        }
    };
    if started.is_ok() {
        SET_LEVEL.get_or_init(|| set_level);
    }
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
