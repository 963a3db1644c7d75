//! Copying what the program before stored to where this one looks first: who owns what.

use std::fmt;

use diesel::Connection as _;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Text};

/// How many rows a batch has: few enough that nobody waits long for their locks.
const BATCH: usize = 1000;

/// What is left to do after the migrations have run, as long as the schema also serves the program before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfinished {
    /// These tables do not have all of their rows yet ([`Migrations::backfill`](crate::Migrations::backfill)).
    Backfill(Vec<String>),
    /// These steps have not run ([`Migrations::contract`](crate::Migrations::contract)).
    Contract(Vec<String>),
}

impl Unfinished {
    pub(super) fn is_backfilled(&self) -> bool {
        matches!(self, Self::Contract(_))
    }
}

/// Says what is next, for the operator.
impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backfill(tables) => {
                write!(f, "next is `auth-server migrate`, which copies what is missing in {}", tables.join(", "))
            }
            Self::Contract(steps) => write!(
                f,
                "next, once no instance of the version before runs, is `auth-server migrate --contract` ({})",
                steps.join(", ")
            ),
        }
    }
}

/// A table of claims, and the table from whose rows they follow.
struct Copying {
    claims: &'static str,
    held: &'static str,
    key: [&'static str; 2],
}

const COPIES: [Copying; 2] = [
    Copying { claims: "identifier_claims", held: "identifiers", key: ["kind", "value"] },
    Copying { claims: "identity_claims", held: "external_identities", key: ["provider", "subject"] },
];

impl Copying {
    /// Claims the next rows after a key. The rows are locked, so that none of them is removed before its claim is there to
    /// be removed with it. One that is being removed is passed over.
    fn next(&self) -> String {
        let [first, second] = self.key;
        let next = format!(
            "SELECT {first}, {second}, user_id FROM {held} WHERE ({first}, {second}) > ($1, $2) \
             ORDER BY {first}, {second} LIMIT {BATCH} FOR KEY SHARE SKIP LOCKED",
            held = self.held
        );
        self.claiming(&next)
    }

    /// Claims rows that have no claim, wherever they are.
    fn missing(&self) -> String {
        let [first, second] = self.key;
        let missing = format!(
            "SELECT {first}, {second}, user_id FROM {held} h WHERE NOT EXISTS (SELECT FROM {claims} c \
             WHERE c.{first} = h.{first} AND c.{second} = h.{second}) LIMIT {BATCH} FOR KEY SHARE",
            held = self.held,
            claims = self.claims
        );
        self.claiming(&missing)
    }

    fn claiming(&self, rows: &str) -> String {
        let ([first, second], claims) = (self.key, self.claims);
        format!(
            "WITH batch AS ({rows}), claimed AS (INSERT INTO {claims} ({first}, {second}, user_id) \
             SELECT {first}, {second}, user_id FROM batch ON CONFLICT DO NOTHING) \
             SELECT {first} AS first, {second} AS second FROM batch ORDER BY 1, 2"
        )
    }
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    first: String,
    #[diesel(sql_type = Text)]
    second: String,
}

#[derive(QueryableByName)]
struct Progress {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Array<Text>)]
    reached: Vec<String>,
}

/// Copies everything that is left. `told` hears of the number of rows after each batch.
pub(super) fn copy_all(conn: &mut PgConnection, told: &mut dyn FnMut(u64)) -> QueryResult<()> {
    let mut rows = 0;
    for Progress { name, reached } in progress(conn)? {
        let Some(copy) = COPIES.iter().find(|copy| copy.claims == name) else { continue };
        let (next, missing) = (copy.next(), copy.missing());
        let mut reached = <[String; 2]>::try_from(reached).unwrap_or_default();
        loop {
            let batch = conn.transaction(|conn| copy_next(conn, &name, &next, &mut reached))?;
            if batch == 0 {
                break;
            }
            rows += batch as u64;
            told(rows);
        }
        // Whatever was being removed when its turn came, and was not removed.
        while !diesel::sql_query(&missing).load::<Key>(conn)?.is_empty() {}
        diesel::sql_query("UPDATE backfills SET done_at = now() WHERE name = $1")
            .bind::<Text, _>(&name)
            .execute(conn)?;
    }
    Ok(())
}

fn copy_next(conn: &mut PgConnection, name: &str, next: &str, reached: &mut [String; 2]) -> QueryResult<usize> {
    let [first, second] = &*reached;
    let batch: Vec<Key> = diesel::sql_query(next).bind::<Text, _>(first).bind::<Text, _>(second).load(conn)?;
    let rows = batch.len();
    if let Some(Key { first, second }) = batch.into_iter().next_back() {
        *reached = [first, second];
        diesel::sql_query("UPDATE backfills SET reached = $2 WHERE name = $1")
            .bind::<Text, _>(name)
            .bind::<Array<Text>, _>(&reached[..])
            .execute(conn)?;
    }
    Ok(rows)
}

/// The tables that do not have all of their rows yet.
pub(super) fn unfinished(conn: &mut PgConnection) -> QueryResult<Vec<String>> {
    Ok(progress(conn)?.into_iter().map(|one| one.name).collect())
}

fn progress(conn: &mut PgConnection) -> QueryResult<Vec<Progress>> {
    diesel::sql_query("SELECT name, reached FROM backfills WHERE done_at IS NULL ORDER BY name").load(conn)
}

/// Proofs live for minutes, so what the program before has made of evidence is copied once it is gone.
const EVIDENCE: &str = "WITH batch AS (SELECT evidence, hash, expires_at FROM proofs WHERE evidence > $1 \
    ORDER BY evidence LIMIT 1000), claimed AS (INSERT INTO proof_evidence (evidence, hash, expires_at) \
    SELECT evidence, hash, expires_at FROM batch ON CONFLICT DO NOTHING) SELECT (SELECT evidence FROM batch ORDER BY evidence DESC LIMIT 1) AS last";

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = diesel::sql_types::Nullable<Binary>)]
    last: Option<Vec<u8>>,
}

/// Claims the evidence of all proofs.
pub(super) fn copy_evidence(conn: &mut PgConnection) -> QueryResult<()> {
    let mut reached = Some(Vec::new());
    while let Some(last) = reached {
        reached = diesel::sql_query(EVIDENCE).bind::<Binary, _>(last).get_result::<Last>(conn)?.last;
    }
    Ok(())
}

/// Events of nobody, as the program before writes them, get the number of a bucket (`crate::rows::place_of_event`).
const EVENTS_OF_NOBODY: &str = "UPDATE events SET user_id = -1 - get_byte(uuid_send(id), 0) % 16 \
    WHERE id IN (SELECT id FROM events WHERE user_id IS NULL LIMIT 1000)";

/// Spreads the events that belong to no account.
pub(super) fn spread_events(conn: &mut PgConnection) -> QueryResult<()> {
    while diesel::sql_query(EVENTS_OF_NOBODY).execute(conn)? > 0 {}
    Ok(())
}
