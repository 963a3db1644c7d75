//! Events on their way to subscribers, on PostgreSQL.

mod claim;
mod dead_letters;
mod discard;
mod hasten;
mod listeners;
mod queue;
mod rows;
mod send_again;
mod settle;

use std::collections::BTreeMap;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::events::NewEvent;
use auth_domain::outbox::{SubscriberBacklog, SubscriberId};
use auth_ports::{ClaimEvents, ClaimedEvents, Failure, Outbox, SettledEvent};
use diesel::dsl::{count_star, min};
use diesel::prelude::*;

pub(crate) use self::listeners::Listeners;
pub(crate) use self::queue::QueueEvent;
use self::rows::subscriber_id;
use crate::PostgresStores;
use crate::rows::Corrupt;
use crate::schema::{dead_letters as letters, ended_subscriptions, outbox};

#[async_trait]
impl Outbox for PostgresStores {
    async fn claim(&self, claim: ClaimEvents) -> Result<Vec<ClaimedEvents>, Failure> {
        claim::claim(&self.database, claim).await
    }

    async fn settle(&self, subscriber: &SubscriberId, settled: Vec<SettledEvent>) -> Result<(), Failure> {
        settle::settle(&self.database, subscriber.clone(), settled).await
    }

    async fn hasten(
        &self,
        subscriber: &SubscriberId,
        now: Timestamp,
        latest: &[Timestamp],
        keys: u16,
    ) -> Result<u64, Failure> {
        hasten::hasten(&self.database, subscriber, now, latest, keys).await
    }

    async fn end(&self, subscriber: &SubscriberId, at: Timestamp) -> Result<(), Failure> {
        let subscriber = subscriber.clone();
        self.database
            .statement(move |conn| {
                diesel::insert_into(ended_subscriptions::table)
                    .values((
                        ended_subscriptions::subscriber.eq(subscriber.as_str()),
                        ended_subscriptions::ended_at.eq(at),
                    ))
                    .on_conflict_do_nothing()
                    .execute(conn)
                    .map(drop)
            })
            .await
    }

    async fn resume(&self, subscriber: &SubscriberId, event: NewEvent) -> Result<bool, Failure> {
        let (subscriber, listeners) = (subscriber.clone(), self.listeners.clone());
        self.database
            .transaction(move |conn| {
                let had_ended = ended_subscriptions::table.find(subscriber.as_str());
                if diesel::delete(had_ended).execute(conn)? == 0 {
                    return Ok(false);
                }
                listeners.record_in_txn(conn, &event)?;
                Ok(true)
            })
            .await
    }

    async fn ended_at(&self, subscriber: &SubscriberId) -> Result<Option<Timestamp>, Failure> {
        let subscriber = subscriber.clone();
        self.database
            .statement(move |conn| {
                let ended = ended_subscriptions::table.find(subscriber.as_str());
                ended.select(ended_subscriptions::ended_at).first(conn).optional()
            })
            .await
    }

    async fn discard(&self, subscriber: &SubscriberId, limit: u16) -> Result<u64, Failure> {
        discard::discard(&self.database, self.layout, subscriber, limit).await
    }

    async fn backlogs(&self) -> Result<Vec<SubscriberBacklog>, Failure> {
        let (waiting, dead, ended) = self
            .database
            .statement(|conn| {
                let waiting: Vec<(String, i64, Option<Timestamp>)> = outbox::table
                    .group_by(outbox::subscriber)
                    .select((outbox::subscriber, count_star(), min(outbox::at)))
                    .load(conn)?;
                let dead: Vec<(String, i64)> = letters::table
                    .group_by(letters::subscriber)
                    .select((letters::subscriber, count_star()))
                    .load(conn)?;
                let ended: Vec<(String, Timestamp)> = ended_subscriptions::table.load(conn)?;
                Ok((waiting, dead, ended))
            })
            .await?;
        let mut backlogs = Backlogs::default();
        for (subscriber, waiting, oldest_at) in waiting {
            let backlog = backlogs.of(&subscriber)?;
            (backlog.waiting, backlog.oldest_at) = (waiting.unsigned_abs(), oldest_at);
        }
        for (subscriber, dead) in dead {
            backlogs.of(&subscriber)?.dead = dead.unsigned_abs();
        }
        for (subscriber, at) in ended {
            backlogs.of(&subscriber)?.ended_at = Some(at);
        }
        Ok(backlogs.0.into_values().collect())
    }
}

/// Backlogs by subscriber.
#[derive(Default)]
struct Backlogs(BTreeMap<SubscriberId, SubscriberBacklog>);

impl Backlogs {
    fn of(&mut self, subscriber: &str) -> Result<&mut SubscriberBacklog, Corrupt> {
        let subscriber = subscriber_id(subscriber)?;
        Ok(self.0.entry(subscriber.clone()).or_insert(SubscriberBacklog {
            subscriber,
            waiting: 0,
            oldest_at: None,
            dead: 0,
            ended_at: None,
        }))
    }
}
