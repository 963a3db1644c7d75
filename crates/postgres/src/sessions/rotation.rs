//! Using a refresh token in one statement, because it is what clients do most often.

use auth_domain::Timestamp;
use auth_domain::access::{Method, Scope};
use auth_domain::clients::{ClientFilter, ClientId};
use auth_domain::outbox::OutgoingEvent;
use auth_ports::{Failure, RotateRequest, Rotation};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::database::Database;
use crate::outbox::{Listeners, QueueEvent};
use crate::rows::{EventRow, corrupt};

/// `auth_domain::sessions::decide_rotation` in SQL; the contract suite tests both against the same table. The lock on
/// the row makes concurrent uses wait, and each one sees the result of the one before it.
#[derive(Clone)]
struct Rotate<const TOLD: bool> {
    user: i64,
    session: Uuid,
    generation: i32,
    seed: Vec<u8>,
    clients: Vec<String>,
    /// Whether the session's client must be one of these, or must not be.
    among: bool,
    /// A use counts as a repetition if the rotation happened after this instant.
    grace_began: Timestamp,
    now: Timestamp,
    event: EventRow,
    /// Present if `TOLD`.
    told: Option<QueueEvent>,
}

pub(super) async fn rotate(
    database: &Database,
    listeners: &Listeners,
    request: RotateRequest,
) -> Result<Rotation, Failure> {
    let replay = OutgoingEvent::of(&request.replay_event).map(|told| told.in_session(request.session));
    match listeners.queue_quietly(replay) {
        Some(told) => rotate_as::<true>(database, Some(told), request).await,
        None => rotate_as::<false>(database, None, request).await,
    }
}

async fn rotate_as<const TOLD: bool>(
    database: &Database,
    told: Option<QueueEvent>,
    request: RotateRequest,
) -> Result<Rotation, Failure> {
    let Ok(generation) = i32::try_from(request.generation) else { return Ok(Rotation::Unknown) };
    let (clients, among) = match &request.clients {
        ClientFilter::Only(clients) => (clients, true),
        ClientFilter::Except(clients) => (clients, false),
    };
    let statement = Rotate::<TOLD> {
        user: request.user.as_i64(),
        session: request.session.as_uuid(),
        generation,
        seed: request.seed.as_bytes().to_vec(),
        clients: clients.iter().map(ToString::to_string).collect(),
        among,
        grace_began: request.now - request.grace,
        now: request.now,
        event: EventRow::from(&request.replay_event),
        told,
    };
    let work = move |conn: &mut PgConnection| statement.clone().get_result::<RotatedRow>(conn).optional();
    // Without a grace period, a second run of a rotation that was already stored would look like a replay.
    let row =
        if request.grace.is_zero() { database.statement_once(work).await? } else { database.statement(work).await? };
    match row {
        None => Ok(Rotation::Unknown),
        Some(row) if row.ended_at.is_some() => Ok(Rotation::Replayed),
        Some(row) => Ok(Rotation::Succeeded {
            client: ClientId::parse(&row.client_id).map_err(|_| corrupt("client id"))?,
            scope: Scope::from_name(&row.scope).ok_or_else(|| corrupt("scope"))?,
            method: Method::new(row.method),
            expires_at: row.expires_at,
        }),
    }
}

#[derive(Queryable)]
struct RotatedRow {
    ended_at: Option<Timestamp>,
    client_id: String,
    scope: String,
    method: String,
    expires_at: Timestamp,
}

impl<const TOLD: bool> QueryFragment<Pg> for Rotate<TOLD> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH presented (generation, grace_began, now) AS (VALUES (");
        out.push_bind_param::<Integer, _>(&self.generation)?;
        out.push_sql("::integer, ");
        out.push_bind_param::<Timestamptz, _>(&self.grace_began)?;
        out.push_sql("::timestamptz, ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            "::timestamptz)), rotated AS (UPDATE sessions s SET \
             generation = CASE WHEN s.generation = p.generation THEN s.generation + 1 ELSE s.generation END, \
             rotated_at = CASE WHEN s.generation = p.generation THEN p.now ELSE s.rotated_at END, \
             ended_at = CASE WHEN s.generation = p.generation \
                OR (s.generation = p.generation + 1 AND s.rotated_at > p.grace_began) THEN NULL ELSE p.now END \
             FROM presented p WHERE s.user_id = ",
        );
        out.push_bind_param::<BigInt, _>(&self.user)?;
        out.push_sql(" AND s.id = ");
        out.push_bind_param::<SqlUuid, _>(&self.session)?;
        out.push_sql(" AND s.seed_hash = ");
        out.push_bind_param::<Bytea, _>(&self.seed)?;
        out.push_sql(" AND (s.client_id = ANY(");
        out.push_bind_param::<Array<Text>, _>(&self.clients)?;
        out.push_sql(")) = ");
        out.push_bind_param::<Bool, _>(&self.among)?;
        out.push_sql(
            " AND s.ended_at IS NULL AND s.expires_at > p.now AND s.generation >= p.generation \
             RETURNING s.ended_at, s.client_id, s.scope, s.method, s.expires_at), \
             recorded AS (INSERT INTO events \
             (id, at, kind, user_id, actor, method, detail, client_id, device_id, network) SELECT ",
        );
        push_event(&self.event, &mut out)?;
        out.push_sql(" FROM rotated WHERE ended_at IS NOT NULL)");
        if let Some(told) = &self.told {
            out.push_sql(", told AS (");
            told.push_insert_if("rotated", &mut out)?;
            out.push_sql(" WHERE rotated.ended_at IS NOT NULL)");
        }
        out.push_sql(" SELECT ended_at, client_id, scope, method, expires_at FROM rotated");
        Ok(())
    }
}

fn push_event<'b>(event: &'b EventRow, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
    out.push_bind_param::<SqlUuid, _>(&event.id)?;
    out.push_sql(", ");
    out.push_bind_param::<Timestamptz, _>(&event.at)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(&event.kind)?;
    out.push_sql(", ");
    out.push_bind_param::<Nullable<BigInt>, _>(&event.user_id)?;
    out.push_sql(", ");
    out.push_bind_param::<Text, _>(&event.actor)?;
    for text in [&event.method, &event.detail, &event.client_id, &event.device_id, &event.network] {
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(text)?;
    }
    Ok(())
}

impl<const TOLD: bool> QueryId for Rotate<TOLD> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const TOLD: bool> Query for Rotate<TOLD> {
    type SqlType = (Nullable<Timestamptz>, Text, Text, Text, Timestamptz);
}

impl<const TOLD: bool> RunQueryDsl<PgConnection> for Rotate<TOLD> {}
