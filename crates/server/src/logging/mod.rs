//! Structured logs on standard error. Standard output is for answers and for printed messages.

mod floods;
mod json_lines;
#[cfg(test)]
mod lines;

use std::io::IsTerminal as _;
use std::sync::{LazyLock, OnceLock};

use auth_settings::{LogFormat, LogLevel, Settings};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::reload::{self, Error as ReloadError};
use tracing_subscriber::util::SubscriberInitExt as _;

use self::floods::Floods;
use self::json_lines::JsonLines;

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
    let (chosen, handle) = reload::Layer::new(filter(settings.logging.level));
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    let log = tracing_subscriber::registry().with(chosen);
    let started = match settings.logging.format {
        LogFormat::Json => log.with(lines.json().event_format(JsonLines)).with(FLOODS.clone()).try_init(),
        LogFormat::Text => log.with(lines.with_target(false)).with(FLOODS.clone()).try_init(),
    };
    if started.is_ok() {
        SET_LEVEL.get_or_init(|| Box::new(move |level| handle.reload(filter(level))));
    }
}

/// Below `info`, only our own crates log: what libraries trace holds headers, bodies and statements, and so secrets.
fn filter(level: LogLevel) -> Targets {
    let ours = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let theirs = ours.min(LevelFilter::INFO);
    // The web server's own log lines about its workers are of no use to operators.
    Targets::new().with_default(theirs).with_target("auth_", ours).with_target("actix_server", LevelFilter::WARN)
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
