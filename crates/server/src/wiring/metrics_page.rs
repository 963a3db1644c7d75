//! The page of metrics, and what is looked up when somebody reads it.

use std::sync::Arc;
use std::time::Duration;

use auth_application::events::{ManageSubscriptions, Subscription};
use auth_application::verification::{BreakerState, Places};
use auth_domain::messages::Channel;
use auth_domain::outbox::SubscriberBacklog;
use auth_http::MetricsPage;
use auth_metrics::{Lanes, Metrics, Pool, Sample};
use auth_passwords::Argon2Hasher;
use auth_ports::{Clock, Failure, MessageQueue, MessageSender, UpkeepStore};
use auth_postgres::{Database, PoolUsage};
use auth_traces::Kind;
use futures_util::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::events;
use super::parts::Parts;

/// How long what was looked up is good for, so that many readers cost no more than one.
const GOOD_FOR: Duration = Duration::from_secs(2);
/// How long the stores are waited for. Readers give up after ten seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// The page of metrics. `places` are those of the deliveries of these senders.
pub(super) fn page(parts: &Parts<'_>, senders: &[Arc<dyn MessageSender>], places: &Places) -> MetricsPage {
    let (metrics, hasher) = (parts.metrics.clone(), parts.hasher.clone());
    let database = parts.stores.handle.get::<Database>().cloned();
    let of_hashes = metrics.clone();
    hasher.watch(parts.timed("hash", Kind::Internal, move |waited, took| of_hashes.hashed(waited, took)));
    if let Some(database) = &database {
        let of_calls = metrics.clone();
        let count = move |waited, took| of_calls.called_database(waited, took);
        database.watch(parts.timed("database call", Kind::Client, count));
    }
    let reader = Arc::new(Reader {
        metrics,
        messages: parts.stores.messages.clone(),
        subscriptions: events::subscriptions(parts),
        upkeep: parts.stores.upkeep.clone(),
        database,
        hasher,
        channels: senders.iter().map(|sender| sender.channel()).collect(),
        places: places.clone(),
        clock: parts.clock.clone(),
        looked_at: Mutex::default(),
    });
    let read = move || -> BoxFuture<'static, Result<String, Failure>> {
        let reader = reader.clone();
        Box::pin(async move { reader.read().await })
    };
    MetricsPage { read: Arc::new(read), is_open: parts.settings.metrics.open }
}

/// Looks up what is not counted, and writes everything down.
struct Reader {
    metrics: Arc<Metrics>,
    messages: Arc<dyn MessageQueue>,
    subscriptions: ManageSubscriptions,
    upkeep: Arc<dyn UpkeepStore>,
    database: Option<Database>,
    hasher: Arc<Argon2Hasher>,
    channels: Vec<Channel>,
    places: Places,
    clock: Arc<dyn Clock>,
    /// The monotonic instant of the last look. Readers take turns.
    looked_at: Mutex<Option<Duration>>,
}

impl Reader {
    async fn read(&self) -> Result<String, Failure> {
        let mut looked_at = self.looked_at.lock().await;
        let now = self.clock.monotonic();
        if looked_at.is_none_or(|at| now.saturating_sub(at) >= GOOD_FOR) {
            self.metrics.sample(&self.look().await);
            *looked_at = Some(now);
        }
        self.metrics.text().map_err(Failure::internal)
    }

    /// What cannot be learned in time is left out, because everything else is wanted the more then.
    async fn look(&self) -> Sample {
        let (messages, subscriptions, schema) = tokio::join!(
            timeout(PATIENCE, self.messages.backlogs()),
            timeout(PATIENCE, self.subscriptions.list()),
            timeout(PATIENCE, self.upkeep.schema_version()),
        );
        let (hashes_waiting, hashes_running) = self.hasher.occupied();
        Sample {
            at: self.clock.now(),
            messages: messages.ok().and_then(Result::ok),
            events: subscriptions.ok().and_then(Result::ok).map(backlogs),
            schema: schema.ok().and_then(Result::ok),
            lanes: self.lanes(),
            database: self.database.as_ref().map(|database| pool(database.usage())),
            hashes_waiting,
            hashes_running,
        }
    }

    /// Receivers are people's domains, so they are counted and not named.
    fn lanes(&self) -> Vec<Lanes> {
        let all = self.places.lanes();
        let of = |channel: &Channel| {
            let lanes = || all.iter().filter(|state| state.lane.channel == *channel);
            let by = |breaker| lanes().filter(|state| state.breaker == breaker).count();
            Lanes {
                channel: *channel,
                on_the_way: lanes().map(|state| usize::from(state.on_the_way)).sum(),
                open: by(BreakerState::Open),
                half_open: by(BreakerState::HalfOpen),
            }
        };
        self.channels.iter().map(of).collect()
    }
}

/// Those of all subscribers that are configured, too, however little waits for them.
fn backlogs(subscriptions: Vec<Subscription>) -> Vec<SubscriberBacklog> {
    subscriptions.into_iter().map(|subscription| subscription.backlog).collect()
}

fn pool(PoolUsage { most, open, running, waiting }: PoolUsage) -> Pool {
    Pool { most: most as usize, open: open as usize, running, waiting }
}
