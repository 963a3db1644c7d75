//! Admin keys on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::admin::{AdminKey, AdminScope};
use auth_domain::events::NewEvent;
use auth_domain::secret_bytes::SecretHash;
use auth_ports::{AdminKeyStore, Failure};
use diesel::prelude::*;
use uuid::Uuid;

use crate::PostgresStores;
use crate::rows::{Corrupt, corrupt};
use crate::schema::admin_keys;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = admin_keys)]
struct AdminKeyRow {
    id: Uuid,
    name: String,
    hash: Vec<u8>,
    scopes: Vec<String>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl AdminKeyRow {
    fn into_key(self) -> Result<AdminKey, Corrupt> {
        let hash = self.hash.try_into().map_err(|_| corrupt("admin key"))?;
        Ok(AdminKey {
            id: self.id,
            name: self.name,
            hash: SecretHash::from_bytes(hash),
            // A scope that this program does not know permits nothing.
            scopes: self.scopes.iter().filter_map(|name| AdminScope::from_name(name)).collect(),
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
        })
    }
}

#[async_trait]
impl AdminKeyStore for PostgresStores {
    async fn create(&self, key: AdminKey, event: NewEvent) -> Result<(), Failure> {
        let listeners = self.listeners.clone();
        self.database
            .transaction(move |conn| {
                let row = AdminKeyRow {
                    id: key.id,
                    name: key.name.clone(),
                    hash: key.hash.as_bytes().to_vec(),
                    scopes: key.scopes.iter().map(|scope| scope.name().to_owned()).collect(),
                    created_at: key.created_at,
                    expires_at: key.expires_at,
                    revoked_at: key.revoked_at,
                };
                diesel::insert_into(admin_keys::table).values(row).execute(conn)?;
                listeners.record_in_txn(conn, &event)
            })
            .await
    }

    async fn find(&self, hash: &SecretHash) -> Result<Option<AdminKey>, Failure> {
        let hash = *hash.as_bytes();
        let row: Option<AdminKeyRow> = self
            .database
            .statement(move |conn| {
                let with_hash = admin_keys::table.filter(admin_keys::hash.eq(&hash[..]));
                with_hash.select(AdminKeyRow::as_select()).first(conn).optional()
            })
            .await?;
        Ok(row.map(AdminKeyRow::into_key).transpose()?)
    }

    async fn list(&self) -> Result<Vec<AdminKey>, Failure> {
        let rows: Vec<AdminKeyRow> = self
            .database
            .statement(|conn| {
                admin_keys::table
                    .order((admin_keys::created_at, admin_keys::id))
                    .select(AdminKeyRow::as_select())
                    .load(conn)
            })
            .await?;
        Ok(rows.into_iter().map(AdminKeyRow::into_key).collect::<Result<_, _>>()?)
    }

    async fn revoke(&self, id: Uuid, event: NewEvent) -> Result<bool, Failure> {
        let listeners = self.listeners.clone();
        self.database
            .transaction(move |conn| {
                let live = admin_keys::table.find(id).filter(admin_keys::revoked_at.is_null());
                let revoked = diesel::update(live).set(admin_keys::revoked_at.eq(event.at)).execute(conn)? == 1;
                if revoked {
                    listeners.record_in_txn(conn, &event)?;
                }
                Ok(revoked)
            })
            .await
    }
}
