//! Publishable keys of clients on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::client_keys::{ClientKey, PublishableKey};
use auth_domain::clients::ClientId;
use auth_domain::events::NewEvent;
use auth_ports::{ClientKeyStore, Failure};
use diesel::prelude::*;

use crate::PostgresStores;
use crate::rows::{Corrupt, corrupt};
use crate::schema::client_keys;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = client_keys)]
struct ClientKeyRow {
    key: String,
    client_id: String,
    created_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

impl ClientKeyRow {
    fn into_key(self) -> Result<ClientKey, Corrupt> {
        Ok(ClientKey {
            key: PublishableKey::parse(&self.key).ok_or_else(|| corrupt("publishable key"))?,
            client: ClientId::parse(&self.client_id).map_err(|_| corrupt("publishable key's client"))?,
            created_at: self.created_at,
            revoked_at: self.revoked_at,
        })
    }
}

#[async_trait]
impl ClientKeyStore for PostgresStores {
    async fn create(&self, key: ClientKey, event: NewEvent) -> Result<(), Failure> {
        let listeners = self.listeners.clone();
        self.database
            .transaction(move |conn| {
                let row = ClientKeyRow {
                    key: key.key.to_string(),
                    client_id: key.client.to_string(),
                    created_at: key.created_at,
                    revoked_at: key.revoked_at,
                };
                diesel::insert_into(client_keys::table).values(row).execute(conn)?;
                listeners.record_in_txn(conn, &event)
            })
            .await
    }

    async fn list(&self) -> Result<Vec<ClientKey>, Failure> {
        let rows: Vec<ClientKeyRow> = self
            .database
            .statement(|conn| {
                client_keys::table
                    .order((client_keys::created_at, client_keys::key))
                    .select(ClientKeyRow::as_select())
                    .load(conn)
            })
            .await?;
        Ok(rows.into_iter().map(ClientKeyRow::into_key).collect::<Result<_, _>>()?)
    }

    async fn revoke(&self, key: &PublishableKey, event: NewEvent) -> Result<bool, Failure> {
        let (key, listeners) = (key.to_string(), self.listeners.clone());
        self.database
            .transaction(move |conn| {
                let live = client_keys::table.find(key.as_str()).filter(client_keys::revoked_at.is_null());
                let revoked = diesel::update(live).set(client_keys::revoked_at.eq(event.at)).execute(conn)? == 1;
                if revoked {
                    listeners.record_in_txn(conn, &event)?;
                }
                Ok(revoked)
            })
            .await
    }
}
