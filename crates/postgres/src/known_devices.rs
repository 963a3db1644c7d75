//! Known devices on PostgreSQL.

use async_trait::async_trait;
use auth_domain::Timestamp;
use auth_domain::accounts::UserId;
use auth_domain::known_devices::{DeviceMarks, KnownDevice, MarkedDevice};
use auth_domain::secret_bytes::SecretHash;
use auth_ports::{Failure, KnownDevices};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::query_dsl::methods;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel::upsert::excluded;

use crate::PostgresStores;
use crate::rows::{Corrupt, corrupt};
use crate::schema::{known_devices, sessions};

#[async_trait]
impl KnownDevices for PostgresStores {
    /// Both parts compare `user_id` with the parameter, so that one statement asks one node.
    async fn knows(&self, user: UserId, device: &MarkedDevice, since: Timestamp) -> Result<bool, Failure> {
        let device = device.clone();
        self.database
            .statement(move |conn| {
                let kept = sessions::table
                    .filter(sessions::user_id.eq(user.as_i64()))
                    .filter(sessions::device_id.eq(device.id.as_str()))
                    .filter(sessions::created_at.ge(since));
                let remembered = known_devices::table
                    .filter(known_devices::user_id.eq(user.as_i64()))
                    .filter(known_devices::mark.eq(&device.mark.as_bytes()[..]))
                    .filter(known_devices::last_seen.ge(since));
                diesel::select(exists(kept).or(exists(remembered))).get_result(conn)
            })
            .await
    }

    async fn list(&self, user: UserId, limit: u16) -> Result<Vec<KnownDevice>, Failure> {
        let rows: Vec<(Vec<u8>, Timestamp)> = self
            .database
            .statement(move |conn| {
                known_devices::table
                    .filter(known_devices::user_id.eq(user.as_i64()))
                    .order((known_devices::last_seen.desc(), known_devices::mark))
                    .limit(limit.into())
                    .select((known_devices::mark, known_devices::last_seen))
                    .load(conn)
            })
            .await?;
        let devices = rows.into_iter().map(|(mark, last_seen)| {
            let mark = <[u8; 32]>::try_from(mark).map_err(|_| corrupt("mark of a device"))?;
            Ok(KnownDevice { user, mark: SecretHash::from_bytes(mark), last_seen })
        });
        Ok(devices.collect::<Result<_, Corrupt>>()?)
    }
}

/// Ended sessions stay until they would have expired, because replays are recognised by them.
const REMOVE_EXPIRED: &str = "DELETE FROM sessions WHERE (user_id, id) IN \
    (SELECT user_id, id FROM sessions WHERE expires_at < $1 LIMIT $2) RETURNING user_id, device_id, created_at";

/// A session that was removed.
#[derive(QueryableByName)]
struct Removed {
    #[diesel(sql_type = BigInt)]
    user_id: i64,
    #[diesel(sql_type = Nullable<Text>)]
    device_id: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: Timestamp,
}

/// Removes expired sessions, remembers their devices, and returns how many sessions there were.
pub(crate) fn sweep_sessions_in_txn(
    conn: &mut PgConnection,
    before: Timestamp,
    limit: u16,
    marks: &DeviceMarks,
) -> QueryResult<u64> {
    let remove = diesel::sql_query(REMOVE_EXPIRED).bind::<Timestamptz, _>(before);
    let removed: Vec<Removed> = remove.bind::<BigInt, _>(i64::from(limit)).load(conn)?;
    let devices = removed.iter().filter_map(|session| {
        session.device_id.as_deref().map(|device| (UserId::from_i64(session.user_id), device, session.created_at))
    });
    remember_in_txn(conn, &marks.remembered(devices, before))?;
    Ok(removed.len() as u64)
}

/// Forgets with which devices a user has signed in. The sessions that say so must end in the same transaction.
pub(crate) fn forget_devices_in_txn(conn: &mut PgConnection, user: UserId) -> QueryResult<()> {
    diesel::delete(known_devices::table.filter(known_devices::user_id.eq(user.as_i64()))).execute(conn)?;
    let named = sessions::table.filter(sessions::user_id.eq(user.as_i64())).filter(sessions::device_id.is_not_null());
    diesel::update(named).set(sessions::device_id.eq(None::<String>)).execute(conn).map(drop)
}

fn remember_in_txn(conn: &mut PgConnection, devices: &[KnownDevice]) -> QueryResult<()> {
    if devices.is_empty() {
        return Ok(());
    }
    let row = |device: &KnownDevice| {
        (
            known_devices::user_id.eq(device.user.as_i64()),
            known_devices::mark.eq(device.mark.as_bytes().to_vec()),
            known_devices::last_seen.eq(device.last_seen),
        )
    };
    let remember = diesel::insert_into(known_devices::table)
        .values(devices.iter().map(row).collect::<Vec<_>>())
        .on_conflict((known_devices::user_id, known_devices::mark))
        .do_update()
        .set(known_devices::last_seen.eq(excluded(known_devices::last_seen)));
    // The trait is named because it is not the one whose method queries call.
    methods::FilterDsl::filter(remember, known_devices::last_seen.lt(excluded(known_devices::last_seen)))
        .execute(conn)
        .map(drop)
}
