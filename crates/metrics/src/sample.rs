//! Gauges that are set when somebody looks.

use auth_domain::Timestamp;
use auth_domain::messages::{Channel, MessageBacklog};
use auth_domain::outbox::SubscriberBacklog;
use prometheus::{IntGauge, IntGaugeVec, Result};

use super::families::Families;

/// How a pool of connections is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pool {
    /// How many connections there may be.
    pub most: usize,
    /// How many are open.
    pub open: usize,
    /// How many calls are made.
    pub running: usize,
    /// How many calls wait.
    pub waiting: usize,
}

/// What is on the way by one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lanes {
    /// The channel.
    pub channel: Channel,
    /// How many messages.
    pub on_the_way: usize,
    /// How many receivers are left alone because they hang.
    pub open: usize,
    /// How many of them are being tried again.
    pub half_open: usize,
}

/// How it is at a moment. What is `None` could not be learned.
#[derive(Debug, Clone)]
pub struct Sample {
    /// When it was asked.
    pub at: Timestamp,
    /// The queue of messages.
    pub messages: Option<Vec<MessageBacklog>>,
    /// The events that wait for subscribers, and their dead letters.
    pub events: Option<Vec<SubscriberBacklog>>,
    /// The version of the schema. The inner `None`: there is none.
    pub schema: Option<Option<String>>,
    /// What is on the way, for each channel that has a sender.
    pub lanes: Vec<Lanes>,
    /// The connections to the database, if there is one.
    pub database: Option<Pool>,
    /// How many passwords wait to be hashed.
    pub hashes_waiting: usize,
    /// How many are hashed.
    pub hashes_running: usize,
}

pub(crate) struct Sampled {
    messages: IntGaugeVec,
    oldest_message: IntGaugeVec,
    on_the_way: IntGaugeVec,
    left_alone: IntGaugeVec,
    events: IntGaugeVec,
    oldest_event: IntGaugeVec,
    dead_letters: IntGaugeVec,
    schema: IntGaugeVec,
    known: IntGaugeVec,
    pool: [IntGauge; 4],
    hashes_waiting: IntGauge,
    hashes_running: IntGauge,
}

impl Sampled {
    pub(crate) fn new(families: &Families<'_>) -> Result<Self> {
        let gauges = |name, help, labels: &[&str]| families.gauges(name, help, labels);
        let gauge = |name, help| families.gauge(name, help);
        Ok(Self {
            messages: gauges(
                "auth_messages_queued",
                "Messages in the queue, leased ones too.",
                &["channel", "content"],
            )?,
            oldest_message: gauges(
                "auth_messages_oldest_age_seconds",
                "The age of the oldest message in the queue; 0 without any.",
                &["channel", "content"],
            )?,
            on_the_way: gauges("auth_messages_on_the_way", "Messages that are being delivered.", &["channel"])?,
            left_alone: gauges(
                "auth_message_receivers_left_alone",
                "Receivers that are left alone because they hang, and those of them that are being tried again.",
                &["channel", "breaker"],
            )?,
            events: gauges("auth_events_waiting", "Events that wait for a subscriber.", &["subscriber"])?,
            oldest_event: gauges(
                "auth_events_oldest_age_seconds",
                "The age of the oldest event that waits for a subscriber; 0 without any.",
                &["subscriber"],
            )?,
            dead_letters: gauges("auth_events_dead_letters", "Events that were given up.", &["subscriber"])?,
            schema: gauges("auth_schema_info", "The newest migration that has run; always 1.", &["version"])?,
            known: gauges(
                "auth_sample_success",
                "Whether the gauges of this source could be read when they were last asked for.",
                &["source"],
            )?,
            pool: [
                gauge("auth_database_pool_size", "Connections that there may be.")?,
                gauge("auth_database_connections_open", "Connections that are open.")?,
                gauge("auth_database_calls_running", "Calls that are made to the database.")?,
                gauge("auth_database_calls_waiting", "Calls that wait for a connection.")?,
            ],
            hashes_waiting: gauge("auth_password_hashes_waiting", "Passwords that wait to be hashed.")?,
            hashes_running: gauge("auth_password_hashes_running", "Passwords that are being hashed.")?,
        })
    }

    /// Sets the gauges.
    pub(crate) fn set(&self, sample: &Sample) {
        self.set_messages(sample);
        self.set_events(sample);
        self.schema.reset();
        if let Some(Some(version)) = &sample.schema {
            self.schema.with_label_values(&[version]).set(1);
        }
        for (source, is_known) in [
            ("messages", sample.messages.is_some()),
            ("events", sample.events.is_some()),
            ("schema", sample.schema.is_some()),
        ] {
            self.known.with_label_values(&[source]).set(i64::from(is_known));
        }
        let Pool { most, open, running, waiting } = sample.database.unwrap_or_default();
        for (gauge, value) in self.pool.iter().zip([most, open, running, waiting]) {
            gauge.set(whole(value));
        }
        self.hashes_waiting.set(whole(sample.hashes_waiting));
        self.hashes_running.set(whole(sample.hashes_running));
    }

    /// What cannot be learned has no value, rather than a wrong one.
    fn set_messages(&self, sample: &Sample) {
        self.messages.reset();
        self.oldest_message.reset();
        let channels = sample.lanes.iter().map(|lanes| lanes.channel.name());
        for labels in channels.flat_map(|channel| [[channel, CODE], [channel, NOTICE]]) {
            if sample.messages.is_some() {
                self.messages.with_label_values(&labels).set(0);
                self.oldest_message.with_label_values(&labels).set(0);
            }
        }
        for backlog in sample.messages.iter().flatten() {
            let labels = [backlog.channel.name(), if backlog.are_notices { NOTICE } else { CODE }];
            self.messages.with_label_values(&labels).set(whole(backlog.waiting));
            self.oldest_message.with_label_values(&labels).set(age(sample.at, backlog.oldest_at));
        }
        for Lanes { channel, on_the_way, open, half_open } in &sample.lanes {
            self.on_the_way.with_label_values(&[channel.name()]).set(whole(*on_the_way));
            self.left_alone.with_label_values(&[channel.name(), "open"]).set(whole(*open));
            self.left_alone.with_label_values(&[channel.name(), "half_open"]).set(whole(*half_open));
        }
    }

    fn set_events(&self, sample: &Sample) {
        for gauges in [&self.events, &self.oldest_event, &self.dead_letters] {
            gauges.reset();
        }
        for backlog in sample.events.iter().flatten() {
            let subscriber = [backlog.subscriber.as_str()];
            self.events.with_label_values(&subscriber).set(whole(backlog.waiting));
            let age = backlog.oldest_at.map_or(0, |oldest| age(sample.at, oldest));
            self.oldest_event.with_label_values(&subscriber).set(age);
            self.dead_letters.with_label_values(&subscriber).set(whole(backlog.dead));
        }
    }
}

const CODE: &str = "code";
const NOTICE: &str = "notice";

fn whole(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

fn age(now: Timestamp, then: Timestamp) -> i64 {
    (now - then).num_seconds().max(0)
}
