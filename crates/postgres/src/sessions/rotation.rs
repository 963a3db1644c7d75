//! Using a refresh token, which is what clients do most often: one plain update of one row.

use std::sync::Arc;

use auth_domain::Timestamp;
use auth_domain::access::{Method, Scope};
use auth_domain::clients::{ClientFilter, ClientId};
use auth_domain::origin::Place;
use auth_ports::{Failure, RotateRequest, Rotation};
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use crate::database::Database;
use crate::outbox::Listeners;
use crate::rows::corrupt;

/// The current token is what nearly all uses are of, and needs no more than an update that compares generations. Whatever
/// that does not find is judged in a transaction, in which a replay can be recorded.
pub(super) async fn rotate(
    database: &Database,
    listeners: &Listeners,
    request: RotateRequest,
) -> Result<Rotation, Failure> {
    let Some(used) = Use::of(&request).map(Arc::new) else { return Ok(Rotation::Unknown) };
    let current = Arc::clone(&used);
    let advance = move |conn: &mut PgConnection| Advance(&current).get_result::<Continued>(conn).optional();
    // Without a grace period, a second run of a rotation that was already stored would look like a replay.
    let advanced = if request.grace.is_zero() {
        database.statement_once(advance).await?
    } else {
        database.statement(advance).await?
    };
    match advanced {
        Some(session) => session.succeeded(),
        None => judge(database, listeners, used, request).await,
    }
}

/// Uses of one token at once wait for the lock on the row here as well, and each sees the result of the one before it.
async fn judge(
    database: &Database,
    listeners: &Listeners,
    used: Arc<Use>,
    request: RotateRequest,
) -> Result<Rotation, Failure> {
    let listeners = listeners.clone();
    let judged = database
        .transaction(move |conn| {
            let judge = Judge { used: &used, grace_began: request.now - request.grace };
            let judged: Option<(Option<Timestamp>, Continued)> = judge.get_result(conn).optional()?;
            if let Some((Some(_), _)) = judged {
                listeners.record_of_session_in_txn(conn, request.session, &request.replay_event)?;
            }
            Ok(judged)
        })
        .await?;
    match judged {
        None => Ok(Rotation::Unknown),
        Some((Some(_), _)) => Ok(Rotation::Replayed),
        Some((None, session)) => session.succeeded(),
    }
}

/// A session that goes on.
#[derive(Queryable)]
struct Continued {
    client_id: String,
    scope: String,
    method: String,
    expires_at: Timestamp,
}

impl Continued {
    fn succeeded(self) -> Result<Rotation, Failure> {
        Ok(Rotation::Succeeded {
            client: ClientId::parse(&self.client_id).map_err(|_| corrupt("client id"))?,
            scope: Scope::from_name(&self.scope).ok_or_else(|| corrupt("scope"))?,
            method: Method::new(self.method),
            expires_at: self.expires_at,
        })
    }
}

/// The use of a token.
struct Use {
    user: i64,
    session: Uuid,
    generation: i32,
    seed: Vec<u8>,
    clients: Vec<String>,
    /// Whether the session's client must be one of these, or must not be.
    among: bool,
    now: Timestamp,
    place: Place,
}

impl Use {
    /// Returns `None` for a generation that no session can have.
    fn of(request: &RotateRequest) -> Option<Self> {
        let (clients, among) = match &request.clients {
            ClientFilter::Only(clients) => (clients, true),
            ClientFilter::Except(clients) => (clients, false),
        };
        Some(Self {
            user: request.user.as_i64(),
            session: request.session.as_uuid(),
            generation: i32::try_from(request.generation).ok()?,
            seed: request.seed.as_bytes().to_vec(),
            clients: clients.iter().map(ToString::to_string).collect(),
            among,
            now: request.now,
            place: request.place.clone(),
        })
    }

    /// Writes which session it is of, if that is alive.
    fn push_session<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" WHERE s.user_id = ");
        out.push_bind_param::<BigInt, _>(&self.user)?;
        out.push_sql(" AND s.id = ");
        out.push_bind_param::<SqlUuid, _>(&self.session)?;
        out.push_sql(" AND s.seed_hash = ");
        out.push_bind_param::<Bytea, _>(&self.seed)?;
        out.push_sql(" AND (s.client_id = ANY(");
        out.push_bind_param::<Array<Text>, _>(&self.clients)?;
        out.push_sql(")) = ");
        out.push_bind_param::<Bool, _>(&self.among)?;
        out.push_sql(" AND s.ended_at IS NULL AND s.expires_at > ");
        out.push_bind_param::<Timestamptz, _>(&self.now)
    }
}

/// Uses the current token of a session.
struct Advance<'a>(&'a Use);

impl QueryFragment<Pg> for Advance<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let used = self.0;
        out.push_sql("UPDATE sessions s SET generation = s.generation + 1, rotated_at = ");
        out.push_bind_param::<Timestamptz, _>(&used.now)?;
        out.push_sql(", rotated_device = ");
        out.push_bind_param::<Nullable<Text>, _>(&used.place.device)?;
        out.push_sql(", rotated_network = ");
        out.push_bind_param::<Text, _>(&used.place.network)?;
        used.push_session(&mut out)?;
        out.push_sql(" AND s.generation = ");
        out.push_bind_param::<Integer, _>(&used.generation)?;
        out.push_sql(" RETURNING s.client_id, s.scope, s.method, s.expires_at");
        Ok(())
    }
}

impl QueryId for Advance<'_> {
    type QueryId = Advance<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Advance<'_> {
    type SqlType = ContinuedColumns;
}

impl RunQueryDsl<PgConnection> for Advance<'_> {}

/// `auth_domain::sessions::decide_rotation` in SQL; the contract suite tests both against the same table. The session has
/// ended if the use was a replay. An instant that a clock running ahead has stored counts as now and is set to it: it is
/// only ever moved back, so uses at once by clocks that differ end with the earliest one, and none lengthens a grace.
struct Judge<'a> {
    used: &'a Use,
    /// A use counts as a repetition if the rotation happened after this instant.
    grace_began: Timestamp,
}

impl QueryFragment<Pg> for Judge<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let used = self.used;
        out.push_sql(
            "UPDATE sessions s SET \
             generation = CASE WHEN s.generation = p.generation THEN s.generation + 1 ELSE s.generation END, \
             rotated_at = CASE WHEN s.generation = p.generation THEN p.now ELSE least(s.rotated_at, p.now) END, \
             rotated_device = CASE WHEN s.generation = p.generation THEN p.device ELSE s.rotated_device END, \
             rotated_network = CASE WHEN s.generation = p.generation THEN p.network ELSE s.rotated_network END, \
             ended_at = CASE WHEN s.generation = p.generation \
                OR (s.generation = p.generation + 1 AND least(s.rotated_at, p.now) > p.grace_began \
                    AND coalesce(s.rotated_device = p.device, s.rotated_network = p.network, true)) \
                THEN NULL ELSE p.now END FROM (VALUES (",
        );
        out.push_bind_param::<Integer, _>(&used.generation)?;
        out.push_sql("::integer, ");
        out.push_bind_param::<Timestamptz, _>(&self.grace_began)?;
        out.push_sql("::timestamptz, ");
        out.push_bind_param::<Nullable<Text>, _>(&used.place.device)?;
        out.push_sql("::text, ");
        out.push_bind_param::<Text, _>(&used.place.network)?;
        out.push_sql("::text, ");
        out.push_bind_param::<Timestamptz, _>(&used.now)?;
        out.push_sql("::timestamptz)) AS p (generation, grace_began, device, network, now)");
        used.push_session(&mut out)?;
        out.push_sql(
            " AND s.generation >= p.generation RETURNING s.ended_at, s.client_id, s.scope, s.method, s.expires_at",
        );
        Ok(())
    }
}

impl QueryId for Judge<'_> {
    type QueryId = Judge<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Judge<'_> {
    type SqlType = (Nullable<Timestamptz>, ContinuedColumns);
}

impl RunQueryDsl<PgConnection> for Judge<'_> {}

type ContinuedColumns = (Text, Text, Text, Timestamptz);
