//! Sign-ins at third parties that have begun, on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::provider_flows::{FlowKey, ProviderFlow};
use auth_ports::{Failure, ProviderFlowStore};
use diesel::prelude::*;
use uuid::Uuid;

use crate::PostgresStores;
use crate::schema::provider_flows;

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = provider_flows, primary_key(key))]
struct ProviderFlowRow {
    key: Vec<u8>,
    id: Uuid,
    expires_at: Timestamp,
}

impl From<ProviderFlow> for ProviderFlowRow {
    fn from(flow: ProviderFlow) -> Self {
        Self { key: flow.key.as_bytes().to_vec(), id: flow.id, expires_at: flow.expires_at }
    }
}

#[async_trait]
impl ProviderFlowStore for PostgresStores {
    async fn begin(&self, flow: ProviderFlow) -> Result<(), Failure> {
        self.database
            .statement(move |conn| {
                let row = ProviderFlowRow::from(flow);
                let insert = diesel::insert_into(provider_flows::table).values(&row);
                insert.on_conflict(provider_flows::key).do_update().set(&row).execute(conn).map(drop)
            })
            .await
    }

    async fn find(&self, key: &FlowKey) -> Result<Option<ProviderFlow>, Failure> {
        let key = *key;
        let row: Option<(Uuid, Timestamp)> = self
            .database
            .statement(move |conn| {
                let kept = provider_flows::table.find(&key.as_bytes()[..]);
                kept.select((provider_flows::id, provider_flows::expires_at)).first(conn).optional()
            })
            .await?;
        Ok(row.map(|(id, expires_at)| ProviderFlow { key, id, expires_at }))
    }

    async fn end(&self, flow: &ProviderFlow) -> Result<bool, Failure> {
        let ProviderFlow { key, id, .. } = *flow;
        self.database
            .statement_once(move |conn| {
                let kept = provider_flows::table.find(&key.as_bytes()[..]).filter(provider_flows::id.eq(id));
                Ok(diesel::delete(kept).execute(conn)? == 1)
            })
            .await
    }
}
