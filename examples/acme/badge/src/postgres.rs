//! Mottos on PostgreSQL, in a table of their own.

use async_trait::async_trait;
use auth_domain::accounts::UserId;
use auth_extension::Stores;
use auth_ports::Failure;
use auth_postgres::diesel::prelude::*;
use auth_postgres::diesel::sql_query;
use auth_postgres::diesel::sql_types::{BigInt, Text};
use auth_postgres::diesel_migrations::{self, EmbeddedMigrations, embed_migrations};
use auth_postgres::{Database, Parts, diesel};
use auth_settings::Problem;

use crate::mottos::{Motto, Mottos};

const STEPS: EmbeddedMigrations = embed_migrations!("migrations");

/// What the extension adds to the stores on PostgreSQL: its table.
#[must_use]
pub fn parts() -> Parts {
    Parts::new().migrations("acme-badge", STEPS)
}

/// Keeps mottos in the database of the stores, through their connections.
pub struct PostgresMottos {
    database: Database,
}

impl PostgresMottos {
    /// Keeps mottos where the stores are.
    ///
    /// # Errors
    /// Returns a [`Problem`] if that is not PostgreSQL.
    pub fn of(stores: &Stores) -> Result<Self, Problem> {
        match stores.handle.get::<Database>() {
            Some(database) => Ok(Self { database: database.clone() }),
            None => Err(Problem::new("mottos are kept on PostgreSQL")),
        }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    motto: String,
}

#[async_trait]
impl Mottos for PostgresMottos {
    async fn find(&self, user: UserId) -> Result<Option<Motto>, Failure> {
        let found = self.database.transaction(move |connection| {
            let query = sql_query("SELECT motto FROM acme_badges WHERE user_id = $1").bind::<BigInt, _>(user.as_i64());
            query.get_result::<Row>(connection).optional()
        });
        Ok(found.await?.and_then(|row| Motto::parse(&row.motto).ok()))
    }

    async fn set(&self, user: UserId, motto: Motto) -> Result<(), Failure> {
        let stored = self.database.transaction(move |connection| {
            let statement = sql_query(
                "INSERT INTO acme_badges (user_id, motto) VALUES ($1, $2) \
                 ON CONFLICT (user_id) DO UPDATE SET motto = excluded.motto",
            );
            statement.bind::<BigInt, _>(user.as_i64()).bind::<Text, _>(motto.as_str()).execute(connection)
        });
        stored.await.map(drop)
    }
}
