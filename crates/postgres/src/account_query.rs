//! Reading a whole account in one round trip, because it precedes every call of a user.

use auth_domain::Timestamp;
use auth_domain::accounts::{Account, AccountIdentifier, UserId, UserStatus};
use auth_domain::admin::UserPage;
use auth_domain::credentials::PasswordHash;
use auth_domain::external_identities::{ExternalIdentity, ExternalProfile, ProviderId};
use auth_domain::identifier::Schemes;
use auth_domain::profile::{Gender, Profile};
use auth_domain::sessions::SessionId;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error as SqlError;
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use crate::owner::Owner;
use crate::rows::{Corrupt, corrupt};

const COLUMNS: &str = "SELECT u.id, u.status, u.name, u.gender, u.picture, u.locale, u.description, u.created_at, \
    u.updated_at, u.last_sign_in_at, c.password_hash, c.updated_at, \
    (SELECT jsonb_agg(jsonb_build_array(i.kind, i.value, i.shown, i.verified_at, i.created_at) ORDER BY i.kind) \
        FROM identifiers i WHERE i.user_id = u.id), \
    (SELECT jsonb_agg(jsonb_build_array(e.provider, e.subject, e.name, e.picture, e.email, e.phone_number, e.bound_at) \
        ORDER BY e.provider) FROM external_identities e WHERE e.user_id = u.id) \
    FROM users u LEFT JOIN credentials c ON c.user_id = u.id";

/// The query. It is written out because Diesel's builder cannot aggregate rows into JSON, and it is a `QueryFragment`
/// because only those are kept as prepared statements.
#[derive(Debug, Clone)]
pub(crate) enum FindAccount {
    ById(i64),
    InSession { user: i64, session: Uuid, now: Timestamp },
    ByIdentifier(Owner<false>),
    ByExternalIdentity(Owner<true>),
    Page { after: i64, limit: i64 },
}

impl FindAccount {
    pub(crate) fn by_id(user: UserId) -> Self {
        Self::ById(user.as_i64())
    }

    pub(crate) fn in_session(user: UserId, session: SessionId, now: Timestamp) -> Self {
        Self::InSession { user: user.as_i64(), session: session.as_uuid(), now }
    }

    pub(crate) fn page(page: UserPage) -> Self {
        Self::Page { after: page.after.map_or(0, UserId::as_i64), limit: i64::from(page.limit) }
    }

    pub(crate) fn first(self, conn: &mut PgConnection) -> QueryResult<Option<AccountRow>> {
        self.get_result(conn).optional()
    }

    /// Reads the account as a part of a transaction.
    pub(crate) fn account(self, conn: &mut PgConnection, schemes: &Schemes) -> QueryResult<Option<Account>> {
        let row = self.first(conn)?;
        row.map(|row| row.into_account(schemes)).transpose().map_err(SqlError::from)
    }

    pub(crate) fn load_all(self, conn: &mut PgConnection) -> QueryResult<Vec<AccountRow>> {
        self.load(conn)
    }
}

impl QueryFragment<Pg> for FindAccount {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(COLUMNS);
        match self {
            Self::ById(user) => {
                out.push_sql(" WHERE u.id = ");
                out.push_bind_param::<BigInt, _>(user)?;
            }
            Self::InSession { user, session, now } => {
                out.push_sql(
                    " JOIN sessions s ON s.user_id = u.id WHERE u.status = 'ACTIVE' AND s.ended_at IS NULL AND u.id = ",
                );
                out.push_bind_param::<BigInt, _>(user)?;
                out.push_sql(" AND s.id = ");
                out.push_bind_param::<SqlUuid, _>(session)?;
                out.push_sql(" AND s.expires_at > ");
                out.push_bind_param::<Timestamptz, _>(now)?;
            }
            Self::ByIdentifier(owner) => {
                out.push_sql(" WHERE u.id = ");
                owner.walk_ast(out.reborrow())?;
            }
            Self::ByExternalIdentity(owner) => {
                out.push_sql(" WHERE u.id = ");
                owner.walk_ast(out.reborrow())?;
            }
            Self::Page { after, limit } => {
                out.push_sql(" WHERE u.id > ");
                out.push_bind_param::<BigInt, _>(after)?;
                out.push_sql(" ORDER BY u.id LIMIT ");
                out.push_bind_param::<BigInt, _>(limit)?;
            }
        }
        Ok(())
    }
}

impl QueryId for FindAccount {
    type QueryId = ();
    // There are several texts, and the cache uses the text as its key.
    const HAS_STATIC_QUERY_ID: bool = false;
}

type Columns = (
    BigInt,
    Text,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Timestamptz,
    Timestamptz,
    Nullable<Timestamptz>,
    Nullable<Text>,
    Nullable<Timestamptz>,
    Nullable<Jsonb>,
    Nullable<Jsonb>,
);

impl Query for FindAccount {
    type SqlType = Columns;
}

impl RunQueryDsl<PgConnection> for FindAccount {}

/// One row of [`FindAccount`], in the order of its columns.
#[derive(Queryable)]
pub(crate) struct AccountRow {
    id: i64,
    status: String,
    name: Option<String>,
    gender: Option<String>,
    picture: Option<String>,
    locale: Option<String>,
    description: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    last_sign_in_at: Option<Timestamp>,
    password_hash: Option<String>,
    password_updated_at: Option<Timestamp>,
    identifiers: Option<Value>,
    external_identities: Option<Value>,
}

impl AccountRow {
    pub(crate) fn into_account(self, schemes: &Schemes) -> Result<Account, Corrupt> {
        Ok(Account {
            id: UserId::from_i64(self.id),
            // This relies on users_status_check.
            status: UserStatus::from_name(&self.status).ok_or_else(|| corrupt("status"))?,
            profile: Profile {
                name: self.name,
                gender: self.gender.as_deref().and_then(Gender::from_name),
                picture: self.picture,
                locale: self.locale,
                description: self.description,
            },
            identifiers: rows(self.identifiers.as_ref()).filter_map(|row| identifier(row, schemes)).collect(),
            external_identities: rows(self.external_identities.as_ref()).filter_map(external_identity).collect(),
            password: self.password_hash.map(PasswordHash::new),
            created_at: self.created_at,
            updated_at: self.updated_at,
            password_updated_at: self.password_updated_at,
            last_sign_in_at: self.last_sign_in_at,
        })
    }
}

fn rows(aggregate: Option<&Value>) -> impl Iterator<Item = &Value> {
    aggregate.and_then(Value::as_array).into_iter().flatten()
}

fn text(row: &Value, column: usize) -> Option<String> {
    row.get(column).and_then(Value::as_str).map(str::to_owned)
}

fn instant(row: &Value, column: usize) -> Option<Timestamp> {
    row.get(column).and_then(Value::as_str).and_then(|at| at.parse().ok())
}

fn identifier(row: &Value, schemes: &Schemes) -> Option<AccountIdentifier> {
    let identifier = schemes.restore(&text(row, 0)?, text(row, 1)?, text(row, 2)?)?;
    Some(AccountIdentifier { identifier, verified_at: instant(row, 3), added_at: instant(row, 4)? })
}

fn external_identity(row: &Value) -> Option<ExternalIdentity> {
    let profile = ExternalProfile {
        provider: ProviderId::parse(&text(row, 0)?).ok()?,
        subject: text(row, 1)?,
        name: text(row, 2),
        picture: text(row, 3),
        email: text(row, 4),
        phone_number: text(row, 5),
    };
    Some(ExternalIdentity { profile, bound_at: instant(row, 6)? })
}
