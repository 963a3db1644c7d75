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
use diesel::sql_types::{Array, BigInt, Json, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde_json::Value;
use uuid::Uuid;

use crate::owner::Owner;
use crate::rows::{Corrupt, corrupt};

/// The columns and tables of an account. `$user` is what every part compares its user with: a parameter where there is one,
/// so that engines that spread tables over nodes ask one of them, or the row of the user. A macro, because `concat!` takes no
/// constants.
macro_rules! account_of {
    ($user:literal) => {
        concat!(
            "SELECT u.id, u.status, u.name, u.gender, u.picture, u.locale, u.description, u.created_at, u.updated_at, \
             u.last_sign_in_at, c.password_hash, c.updated_at, \
             (SELECT json_agg(json_build_array(i.kind, i.value, i.shown, i.verified_at, i.created_at)) \
                FROM identifiers i WHERE i.user_id = ",
            $user,
            "), (SELECT json_agg(json_build_array(e.provider, e.subject, e.name, e.picture, e.email, e.phone_number, \
                e.bound_at)) FROM external_identities e WHERE e.user_id = ",
            $user,
            ") FROM users u LEFT JOIN credentials c ON c.user_id = ",
            $user
        )
    };
}

/// Which accounts to find.
#[derive(Debug, Clone)]
pub(crate) enum FindAccount {
    ById(ById),
    InSession(InSession),
    ByIdentifier(Owner<false>),
    ByExternalIdentity(Owner<true>),
}

#[derive(Debug, Clone)]
pub(crate) struct ById(i64);

#[derive(Debug, Clone)]
pub(crate) struct InSession {
    user: i64,
    session: Uuid,
    now: Timestamp,
}

struct Among(Vec<i64>);

struct Page {
    after: i64,
    limit: i64,
}

impl FindAccount {
    pub(crate) fn by_id(user: UserId) -> Self {
        Self::ById(ById(user.as_i64()))
    }

    pub(crate) fn in_session(user: UserId, session: SessionId, now: Timestamp) -> Self {
        Self::InSession(InSession { user: user.as_i64(), session: session.as_uuid(), now })
    }

    /// Returns these accounts, in the order of their ids.
    pub(crate) fn among(users: Vec<i64>, conn: &mut PgConnection) -> QueryResult<Vec<AccountRow>> {
        Find(Among(users)).load(conn)
    }

    /// Returns the accounts of a page, in the order of their ids.
    pub(crate) fn page(page: UserPage, conn: &mut PgConnection) -> QueryResult<Vec<AccountRow>> {
        Find(Page { after: page.after.map_or(0, UserId::as_i64), limit: i64::from(page.limit) }).load(conn)
    }

    pub(crate) fn first(self, conn: &mut PgConnection) -> QueryResult<Option<AccountRow>> {
        match self {
            Self::ById(find) => Find(find).get_result(conn),
            Self::InSession(find) => Find(find).get_result(conn),
            Self::ByIdentifier(find) => Find(find).get_result(conn),
            Self::ByExternalIdentity(find) => Find(find).get_result(conn),
        }
        .optional()
    }

    /// Reads the account as a part of a transaction.
    pub(crate) fn account(self, conn: &mut PgConnection, schemes: &Schemes) -> QueryResult<Option<Account>> {
        let row = self.first(conn)?;
        row.map(|row| row.into_account(schemes)).transpose().map_err(SqlError::from)
    }
}

/// The query. It is written out because Diesel's builder cannot aggregate rows into JSON, and it is a `QueryFragment`
/// because only those are kept as prepared statements. Each choice is a type of its own, so that a prepared statement is found
/// by the type and its text is made once per connection.
struct Find<C>(C);

trait Choice {
    /// The statement up to its condition. Its first parameter is that of `$1`.
    const ACCOUNT: &'static str;

    fn push_condition<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

impl Choice for ById {
    const ACCOUNT: &'static str = account_of!("$1");

    fn push_condition<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" WHERE u.id = ");
        out.push_bind_param::<BigInt, _>(&self.0)
    }
}

impl Choice for InSession {
    const ACCOUNT: &'static str = account_of!("$1");

    fn push_condition<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" JOIN sessions s ON s.user_id = $1 WHERE u.status = 'ACTIVE' AND s.ended_at IS NULL AND u.id = ");
        out.push_bind_param::<BigInt, _>(&self.user)?;
        out.push_sql(" AND s.id = ");
        out.push_bind_param::<SqlUuid, _>(&self.session)?;
        out.push_sql(" AND s.expires_at > ");
        out.push_bind_param::<Timestamptz, _>(&self.now)
    }
}

impl<const IDENTITY: bool> Choice for Owner<IDENTITY> {
    const ACCOUNT: &'static str = account_of!("u.id");

    fn push_condition<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" WHERE u.id = ");
        self.walk_ast(out.reborrow())
    }
}

impl Choice for Page {
    const ACCOUNT: &'static str = account_of!("u.id");

    fn push_condition<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" WHERE u.id > ");
        out.push_bind_param::<BigInt, _>(&self.after)?;
        out.push_sql(" ORDER BY u.id LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)
    }
}

impl Choice for Among {
    const ACCOUNT: &'static str = account_of!("u.id");

    fn push_condition<'b>(&'b self, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(" WHERE u.id = ANY(");
        out.push_bind_param::<Array<BigInt>, _>(&self.0)?;
        out.push_sql(") ORDER BY u.id");
        Ok(())
    }
}

impl<C: Choice> QueryFragment<Pg> for Find<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(C::ACCOUNT);
        self.0.push_condition(&mut out)
    }
}

impl<C: 'static> QueryId for Find<C> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
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
    Nullable<Json>,
    Nullable<Json>,
);

impl<C> Query for Find<C> {
    type SqlType = Columns;
}

impl<C> RunQueryDsl<PgConnection> for Find<C> {}

/// One row of [`Find`], in the order of its columns.
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
    /// Identifiers and identities are in the order of the names of their kinds and providers.
    pub(crate) fn into_account(self, schemes: &Schemes) -> Result<Account, Corrupt> {
        let mut identifiers: Vec<_> =
            rows(self.identifiers.as_ref()).filter_map(|row| identifier(row, schemes)).collect();
        identifiers.sort_unstable_by_key(|held| held.identifier.kind().name());
        let mut identities: Vec<_> = rows(self.external_identities.as_ref()).filter_map(external_identity).collect();
        identities.sort_unstable_by(|one, other| one.profile.provider.as_str().cmp(other.profile.provider.as_str()));
        Ok(Account {
            id: UserId::from_i64(self.id),
            status: UserStatus::from_name(&self.status).ok_or_else(|| corrupt("status"))?,
            profile: Profile {
                name: self.name,
                gender: self.gender.as_deref().and_then(Gender::from_name),
                picture: self.picture,
                locale: self.locale,
                description: self.description,
            },
            identifiers,
            external_identities: identities,
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
