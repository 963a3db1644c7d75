//! Sessions on PostgreSQL.

mod rotation;

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::access::{Method, Scope};
use auth_domain::accounts::UserId;
use auth_domain::accounts::telling::Telling;
use auth_domain::clients::ClientId;
use auth_domain::events::NewEvent;
use auth_domain::identifier::Schemes;
use auth_domain::messages::{Notice, NoticeKind};
use auth_domain::origin::Place;
use auth_domain::presence::Presence;
use auth_domain::sessions::{KeptSession, NewSession, Session, SessionId};
use auth_ports::{
    BeginRefusal, BeginSession, Failure, Halt, RepeatRefusal, RotateRequest, Rotation, SessionStore, refuse,
};
use diesel::dsl::{exists, sql};
use diesel::expression::{AsExpression, SqlLiteral, UncheckedBind};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Bytea, Nullable};
use uuid::Uuid;

use crate::PostgresStores;
use crate::account_query::FindAccount;
use crate::account_rows::{lock_active_user_in_txn, mark_proven_in_txn};
use crate::database::Abort;
use crate::kept::Keep as _;
use crate::messages::queue_messages_in_txn;
use crate::outbox::Listeners;
use crate::proofs::spend_in_txn;
use crate::rows::{SessionRow, corrupt};
use crate::schema::{credentials, external_identities, identifiers, sessions, users};
use crate::values::Row;

#[async_trait]
impl SessionStore for PostgresStores {
    async fn begin(&self, begin: BeginSession) -> Result<(), Halt<BeginRefusal>> {
        let (schemes, listeners) = (self.schemes.clone(), self.listeners.clone());
        self.database.transaction_or_refusal(move |conn| begin_in_txn(conn, &begin, &schemes, &listeners)).await
    }

    async fn begin_repeated(&self, begin: BeginSession) -> Result<(), Halt<RepeatRefusal>> {
        let listeners = self.listeners.clone();
        self.database
            .transaction_or_refusal(move |conn| {
                let session = &begin.session;
                if !lock_active_user_in_txn(conn, session.user)? || was_used_in_txn(conn, session)? {
                    return refuse(RepeatRefusal);
                }
                remove_oldest_of_proof_in_txn(conn, session, begin.max_per_user)?;
                insert_session_in_txn(conn, session)?;
                listeners.record_of_session_in_txn(conn, session.id, &begin.event)?;
                Ok(())
            })
            .await
    }

    async fn rotate(&self, request: RotateRequest) -> Result<Rotation, Failure> {
        rotation::rotate(&self.database, &self.listeners, request).await
    }

    async fn note_presence(&self, user: UserId, session: SessionId, presence: Presence) -> Result<bool, Failure> {
        let noted = self
            .database
            .statement(move |conn| {
                let Presence { at, place } = &presence;
                let alive = live_sessions(user, *at).filter(sessions::id.eq(session.as_uuid()));
                let note = (
                    sessions::present_at.eq(at),
                    sessions::present_device.eq(place.device.as_deref()),
                    sessions::present_network.eq(&place.network),
                );
                diesel::update(alive).set(note).kept().execute(conn)
            })
            .await?;
        Ok(noted == 1)
    }

    async fn list(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, Failure> {
        let rows: Vec<StoredSession> = self
            .database
            .statement(move |conn| {
                live_sessions(user, now)
                    .order(sessions::created_at.desc())
                    .select(StoredSession::as_select())
                    .load(conn)
            })
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| row.into_session().ok_or_else(|| corrupt("session")))
            .collect::<Result<_, _>>()?)
    }

    async fn list_kept(&self, user: UserId, limit: u16) -> Result<Vec<KeptSession>, Failure> {
        let rows: Vec<(StoredSession, Option<Timestamp>)> = self
            .database
            .statement(move |conn| {
                sessions::table
                    .filter(sessions::user_id.eq(user.as_i64()))
                    .order((sessions::created_at.desc(), sessions::id.desc()))
                    .limit(limit.into())
                    .select((StoredSession::as_select(), sessions::ended_at))
                    .load(conn)
            })
            .await?;
        let kept = rows.into_iter().map(|(row, ended_at)| {
            row.into_session().map(|session| KeptSession { session, ended_at }).ok_or_else(|| corrupt("session"))
        });
        Ok(kept.collect::<Result<_, _>>()?)
    }

    async fn end(&self, user: UserId, session: SessionId, event: NewEvent) -> Result<bool, Failure> {
        let listeners = self.listeners.clone();
        self.database
            .transaction(move |conn| {
                let alive = live_sessions(user, event.at).filter(sessions::id.eq(session.as_uuid()));
                let ended = diesel::update(alive).set(sessions::ended_at.eq(event.at)).execute(conn)?;
                if ended == 1 {
                    listeners.record_of_session_in_txn(conn, session, &event)?;
                }
                Ok(ended == 1)
            })
            .await
    }

    async fn end_all(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        device: Option<String>,
        event: NewEvent,
        telling: Option<Telling>,
    ) -> Result<u64, Failure> {
        let (schemes, listeners) = (self.schemes.clone(), self.listeners.clone());
        self.database
            .transaction(move |conn| {
                let kept = keep.map_or(Uuid::nil(), SessionId::as_uuid);
                let alive = live_sessions(user, event.at).filter(sessions::id.ne(kept));
                let end = sessions::ended_at.eq(event.at);
                let ended = match &device {
                    Some(device) => {
                        diesel::update(alive.filter(sessions::device_id.eq(device))).set(end).execute(conn)?
                    }
                    None => diesel::update(alive).set(end).execute(conn)?,
                };
                if ended > 0 || event.actor.is_always_recorded() {
                    listeners.record_in_txn(conn, &event)?;
                }
                if let Some(telling) = telling.as_ref().filter(|_| ended > 0) {
                    tell_in_txn(conn, user, telling, NoticeKind::SessionsEnded, event.at, &schemes)?;
                }
                Ok(ended as u64)
            })
            .await
    }
}

/// Queues notices to the user's addresses.
fn tell_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    telling: &Telling,
    kind: NoticeKind,
    at: Timestamp,
    schemes: &Schemes,
) -> QueryResult<()> {
    let account = FindAccount::by_id(user).account(conn, schemes)?;
    let messages = account.map(|account| telling.messages(&[Notice::of(kind)], &account, at));
    queue_messages_in_txn(conn, messages.unwrap_or_default())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
struct StoredSession {
    id: Uuid,
    client_id: String,
    device_id: Option<String>,
    network: String,
    user_agent: Option<String>,
    scope: String,
    method: String,
    created_at: Timestamp,
    generation: i32,
    rotated_at: Option<Timestamp>,
    expires_at: Timestamp,
    present_at: Option<Timestamp>,
    present_device: Option<String>,
    present_network: Option<String>,
}

impl StoredSession {
    fn into_session(self) -> Option<Session> {
        Some(Session {
            id: SessionId::from_uuid(self.id),
            client: ClientId::parse(&self.client_id).ok()?,
            device: self.device_id,
            network: self.network,
            user_agent: self.user_agent,
            scope: Scope::from_name(&self.scope)?,
            method: Method::new(self.method),
            created_at: self.created_at,
            generation: u32::try_from(self.generation).ok()?,
            rotated_at: self.rotated_at,
            expires_at: self.expires_at,
            presence: self
                .present_at
                .zip(self.present_network)
                .map(|(at, network)| Presence { at, place: Place { device: self.present_device, network } }),
        })
    }
}

#[diesel::dsl::auto_type]
fn live_sessions(user: UserId, now: Timestamp) -> _ {
    let id: i64 = user.as_i64();
    sessions::table
        .filter(sessions::user_id.eq(id))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
}

fn begin_in_txn(
    conn: &mut PgConnection,
    begin: &BeginSession,
    schemes: &Schemes,
    listeners: &Listeners,
) -> Result<(), Abort<BeginRefusal>> {
    let session = &begin.session;
    if !spend_in_txn(conn, begin.payment.as_ref(), session.user, session.created_at)? {
        return refuse(BeginRefusal::ProofUnusable);
    }
    // The update locks the row, so that a concurrent block or deletion either waits or is seen.
    let active = users::table.find(session.user.as_i64()).filter(users::status.eq("ACTIVE"));
    if diesel::update(active).set(users::last_sign_in_at.eq(session.created_at)).kept().execute(conn)? == 0 {
        return refuse(BeginRefusal::Inactive);
    }
    if !has_password_in_txn(conn, begin)? {
        return refuse(BeginRefusal::PasswordChanged);
    }
    if !has_way_in_in_txn(conn, begin)? {
        return refuse(BeginRefusal::WayInRemoved);
    }
    end_oldest_in_txn(conn, session, begin.max_per_user)?;
    insert_session_in_txn(conn, session)?;
    listeners.record_of_session_in_txn(conn, session.id, &begin.event)?;
    if let Some(telling) = &begin.telling {
        tell_in_txn(conn, session.user, telling, NoticeKind::NewDevice, session.created_at, schemes)?;
    }
    Ok(())
}

fn has_password_in_txn(conn: &mut PgConnection, begin: &BeginSession) -> QueryResult<bool> {
    let Some(shown) = &begin.password else { return Ok(true) };
    let stored =
        credentials::table.find(begin.session.user.as_i64()).filter(credentials::password_hash.eq(shown.as_str()));
    diesel::select(exists(stored)).get_result(conn)
}

/// Whether the address or the identity that was proven is the user's. Marks the address as proven if it was not.
fn has_way_in_in_txn(conn: &mut PgConnection, begin: &BeginSession) -> QueryResult<bool> {
    let (user, at) = (begin.session.user, begin.session.created_at);
    if let Some((provider, subject)) = &begin.identity {
        let bound = external_identities::table
            .find((user.as_i64(), provider.as_str()))
            .filter(external_identities::subject.eq(subject));
        return diesel::select(exists(bound)).get_result(conn);
    }
    let Some(address) = &begin.proven else { return Ok(true) };
    let verified_at: Option<Option<Timestamp>> = identifiers::table
        .find((user.as_i64(), address.kind().name()))
        .filter(identifiers::value.eq(address.canonical()))
        .select(identifiers::verified_at)
        .first(conn)
        .optional()?;
    if verified_at == Some(None) {
        mark_proven_in_txn(conn, user, address, at)?;
    }
    Ok(verified_at.is_some())
}

/// Selects the oldest of these sessions, so many that with one more there are at most `max`.
fn oldest_in_txn(conn: &mut PgConnection, of: sessions::BoxedQuery<'_, Pg>, max: u32) -> QueryResult<Vec<Uuid>> {
    of.order(sessions::created_at.desc()).offset(i64::from(max.max(1)) - 1).select(sessions::id).load(conn)
}

/// Makes room for one more session among `max` live ones.
fn end_oldest_in_txn(conn: &mut PgConnection, session: &NewSession, max: u32) -> QueryResult<()> {
    let above = oldest_in_txn(conn, live_sessions(session.user, session.created_at).into_boxed(), max)?;
    if above.is_empty() {
        return Ok(());
    }
    let oldest = sessions::table.filter(sessions::user_id.eq(session.user.as_i64())).filter(sessions::id.eq_any(above));
    diesel::update(oldest).set(sessions::ended_at.eq(session.created_at)).execute(conn).map(drop)
}

/// Makes room for one more session among `max` of the same proof, none of which was ever used. They are removed
/// without a trace, because an ended session would mean that an answer had arrived.
fn remove_oldest_of_proof_in_txn(conn: &mut PgConnection, session: &NewSession, max: u32) -> QueryResult<()> {
    let theirs = sessions::user_id.eq(session.user.as_i64());
    let of_proof = sessions::table.filter(theirs).filter(is_paid_as(session));
    let above = oldest_in_txn(conn, of_proof.into_boxed(), max)?;
    if above.is_empty() {
        return Ok(());
    }
    diesel::delete(sessions::table.filter(theirs).filter(sessions::id.eq_any(above))).execute(conn).map(drop)
}

/// Whether a session was begun with the same proof as this one.
fn is_paid_as(session: &NewSession) -> IsPaidBy {
    let paid_by = session.paid_by.as_ref().map(|hash| hash.as_bytes().to_vec());
    sql("paid_by IS NOT DISTINCT FROM ").bind::<Nullable<Bytea>, _>(paid_by)
}

type IsPaidBy = UncheckedBind<SqlLiteral<Bool>, <Option<Vec<u8>> as AsExpression<Nullable<Bytea>>>::Expression>;

/// Whether the session is alive. The caller holds the lock on the user's row, so no change of the account can end it
/// meanwhile.
pub(crate) fn is_alive_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    session: SessionId,
    now: Timestamp,
) -> QueryResult<bool> {
    diesel::select(exists(live_sessions(user, now).filter(sessions::id.eq(session.as_uuid())))).get_result(conn)
}

fn was_used_in_txn(conn: &mut PgConnection, session: &NewSession) -> QueryResult<bool> {
    let used = sessions::table
        .filter(sessions::user_id.eq(session.user.as_i64()))
        .filter(is_paid_as(session))
        .filter(sessions::generation.gt(0).or(sessions::ended_at.is_not_null()));
    diesel::select(exists(used)).get_result(conn)
}

/// Ends sessions as part of another change.
pub(crate) fn end_sessions_in_txn(
    conn: &mut PgConnection,
    user: UserId,
    keep: Option<SessionId>,
    at: Timestamp,
) -> QueryResult<()> {
    let kept = keep.map_or(Uuid::nil(), SessionId::as_uuid);
    let alive = live_sessions(user, at).filter(sessions::id.ne(kept));
    diesel::update(alive).set(sessions::ended_at.eq(at)).kept().execute(conn).map(drop)
}

pub(crate) fn insert_session_in_txn(conn: &mut PgConnection, session: &NewSession) -> QueryResult<()> {
    let row = SessionRow::from(session);
    InsertSession(row.row()).execute(conn).map(drop)
}

struct InsertSession<'a>(Row<'a>);

impl QueryFragment<Pg> for InsertSession<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl QueryId for InsertSession<'_> {
    type QueryId = InsertSession<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for InsertSession<'_> {}
