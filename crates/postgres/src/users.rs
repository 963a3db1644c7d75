//! Users without a proof, and pages of users, on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::{Account, MadeAccount, UserId, UserStatus};
use auth_domain::admin::{NamePage, UserFilter, UserPage, UsersByName};
use auth_domain::credentials::PasswordHash;
use auth_domain::events::NewEvent;
use auth_domain::outbox::OutgoingEvent;
use auth_ports::{CreateRefusal, Failure, Halt, ImportOutcome, UserStore, refuse};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::PostgresStores;
use crate::account_query::FindAccount;
use crate::account_rows::{credential_row, user_row};
use crate::claims::{Hold, hold_identifier_in_txn, in_order};
use crate::database::Abort;
use crate::import::import_in_txn;
use crate::schema::users;
use crate::sessions::end_sessions_in_txn;
use crate::user_search::{search_by_name_in_txn, search_in_txn};

#[async_trait]
impl UserStore for PostgresStores {
    async fn create(&self, account: MadeAccount, event: NewEvent) -> Result<(), Halt<CreateRefusal>> {
        let listeners = self.listeners.clone();
        self.database
            .transaction_or_refusal(move |conn| {
                create_in_txn(conn, &account)?;
                Ok(listeners.record_in_txn(conn, &event)?)
            })
            .await
    }

    async fn import(&self, accounts: Vec<MadeAccount>, event: NewEvent) -> Result<Vec<ImportOutcome>, Failure> {
        let listeners = self.listeners.clone();
        self.database
            .patiently()
            .transaction(move |conn| {
                let outcomes = import_in_txn(conn, &accounts)?;
                listeners.record_in_txn(conn, &event)?;
                let imported = accounts.iter().zip(&outcomes).filter(|(_, one)| **one == ImportOutcome::Imported);
                let told: Vec<_> = imported.map(|(made, _)| OutgoingEvent::of_imported(&event, made.id)).collect();
                listeners.queue_import_in_txn(conn, &told)?;
                Ok(outcomes)
            })
            .await
    }

    async fn list(&self, page: UserPage) -> Result<Vec<Account>, Failure> {
        let rows = self.database.statement(move |conn| FindAccount::page(page, conn)).await?;
        Ok(rows.into_iter().map(|row| row.into_account(&self.schemes)).collect::<Result<_, _>>()?)
    }

    async fn search(&self, filter: UserFilter, page: UserPage) -> Result<Vec<Account>, Failure> {
        let database = self.database.patiently();
        let rows = database.transaction(move |conn| search_in_txn(conn, &filter, page)).await?;
        Ok(rows.into_iter().map(|row| row.into_account(&self.schemes)).collect::<Result<_, _>>()?)
    }

    async fn search_by_name(&self, page: NamePage) -> Result<UsersByName, Failure> {
        let (database, schemes) = (self.database.patiently(), self.schemes.clone());
        database.transaction(move |conn| search_by_name_in_txn(conn, &page, &schemes)).await
    }

    async fn sample_hashes(&self, usual: &str, limit: u16) -> Result<Vec<PasswordHash>, Failure> {
        let most = i64::from(limit) + 1;
        let sample = move |conn: &mut PgConnection| {
            diesel::sql_query(SAMPLE_HASHES).bind::<BigInt, _>(most).load::<Sampled>(conn)
        };
        let database = self.database.patiently();
        let mut sampled = database.statement(sample).await?;
        if usual != PasswordHash::DEFAULT_COST {
            let of_default = |conn: &mut PgConnection| diesel::sql_query(SAMPLE_OF_DEFAULT_COST).load::<Sampled>(conn);
            sampled.extend(database.statement(of_default).await?);
        }
        let hashes = sampled.into_iter().map(|row| PasswordHash::new(row.password_hash));
        Ok(hashes.filter(|hash| hash.cost() != usual).take(limit.into()).collect())
    }

    async fn set_status(
        &self,
        user: UserId,
        status: UserStatus,
        event: NewEvent,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        let listeners = self.listeners.clone();
        self.database
            .transaction(move |conn| {
                let change = (users::status.eq(status.name()), users::updated_at.eq(now));
                if diesel::update(users::table.find(user.as_i64())).set(change).execute(conn)? == 0 {
                    return Ok(false);
                }
                if status == UserStatus::Blocked {
                    end_sessions_in_txn(conn, user, None, now)?;
                }
                listeners.record_in_txn(conn, &event)?;
                Ok(true)
            })
            .await
    }
}

/// From one cost to the next along `credentials_cost_idx`, which has neither the default cost nor another entry per user
/// of the same cost to be read. The expressions are those of the index.
const SAMPLE_HASHES: &str = r"WITH RECURSIVE sampled AS (
    (SELECT CASE WHEN password_hash LIKE '$2%' THEN left(password_hash, 7)
                 ELSE regexp_replace(password_hash, '\$[^$]*\$[^$]*$', '') END AS cost, password_hash
       FROM credentials WHERE password_hash NOT LIKE '$argon2id$v=19$m=19456,t=2,p=1$%' ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT next.cost, next.password_hash FROM sampled CROSS JOIN LATERAL
    (SELECT CASE WHEN password_hash LIKE '$2%' THEN left(password_hash, 7)
                 ELSE regexp_replace(password_hash, '\$[^$]*\$[^$]*$', '') END AS cost, password_hash
       FROM credentials WHERE password_hash NOT LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'
        AND CASE WHEN password_hash LIKE '$2%' THEN left(password_hash, 7)
                 ELSE regexp_replace(password_hash, '\$[^$]*\$[^$]*$', '') END > sampled.cost
      ORDER BY 1 LIMIT 1) next
) SELECT password_hash FROM sampled LIMIT $1";

/// Where new hashes have the default cost nobody asks this. Elsewhere users of old remain, or all of them are read.
const SAMPLE_OF_DEFAULT_COST: &str = "SELECT password_hash FROM credentials \
    WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%' LIMIT 1";

#[derive(QueryableByName)]
struct Sampled {
    #[diesel(sql_type = Text)]
    password_hash: String,
}

fn create_in_txn(conn: &mut PgConnection, account: &MadeAccount) -> Result<(), Abort<CreateRefusal>> {
    let at = account.created_at;
    if !user_row(account.id, account.status, &account.profile, at, None).insert_new(conn)? {
        return refuse(CreateRefusal::UserIdTaken);
    }
    for held in in_order(&account.identifiers) {
        if hold_identifier_in_txn(conn, account.id, held)? != Hold::Given {
            return refuse(CreateRefusal::IdentifierTaken(held.identifier.kind()));
        }
    }
    if let Some(hash) = &account.password {
        credential_row(account.id, hash, at).insert(conn)?;
    }
    Ok(())
}
