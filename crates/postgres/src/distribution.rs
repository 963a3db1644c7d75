//! How the tables are spread on engines that keep their rows on several nodes. This is the one place that says it: the
//! tests make a stand-in for such an engine from it, and `docs/operation/sharded.md` shows the statements.

/// Where the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spread {
    /// By this column, which names the account: on one node, with the account's rows in all tables that are spread so.
    ByAccount(&'static str),
    /// By a hash of this column alone.
    ByValue(&'static str),
    /// A handful of rows, all of them on every node.
    Everywhere,
}

/// How one table is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distribution {
    /// The table's name.
    pub table: &'static str,
    /// Where its rows are.
    pub spread: Spread,
}

/// All tables but those that record migrations, which remain where they are made. What refers to a table comes after it.
pub const DISTRIBUTIONS: &[Distribution] = &[
    by_account("users", "id"),
    by_account("identifiers", "user_id"),
    by_account("external_identities", "user_id"),
    by_account("credentials", "user_id"),
    by_account("sessions", "user_id"),
    by_account("known_devices", "user_id"),
    by_account("events", "user_id"),
    by_value("identifier_claims", "value"),
    by_value("identity_claims", "subject"),
    by_value("proof_evidence", "evidence"),
    by_value("proofs", "hash"),
    by_value("verifications", "id"),
    by_value("send_budgets", "value"),
    by_value("messages", "bucket"),
    by_value("rate_limits", "key"),
    by_value("provider_flows", "key"),
    by_value("outbox", "bucket"),
    by_value("dead_letters", "bucket"),
    by_value("feeds", "name"),
    everywhere("ended_subscriptions"),
    everywhere("admin_keys"),
    everywhere("client_keys"),
    everywhere("backfills"),
];

/// The table with which all others by account lie together.
const FIRST_BY_ACCOUNT: &str = "users";

const fn by_account(table: &'static str, column: &'static str) -> Distribution {
    Distribution { table, spread: Spread::ByAccount(column) }
}

const fn by_value(table: &'static str, column: &'static str) -> Distribution {
    Distribution { table, spread: Spread::ByValue(column) }
}

const fn everywhere(table: &'static str) -> Distribution {
    Distribution { table, spread: Spread::Everywhere }
}

impl Distribution {
    /// Returns how this table is spread, or `None` for a table that is not ours.
    #[must_use]
    pub fn of(table: &str) -> Option<Self> {
        DISTRIBUTIONS.iter().find(|distribution| distribution.table == table).copied()
    }

    /// Returns the column whose hash says where a row is, or `None` where every node has all rows.
    #[must_use]
    pub fn column(&self) -> Option<&'static str> {
        match self.spread {
            Spread::ByAccount(column) | Spread::ByValue(column) => Some(column),
            Spread::Everywhere => None,
        }
    }

    /// Whether rows of one account in this table and in the other are on one node.
    #[must_use]
    pub fn lies_with(&self, other: &Self) -> bool {
        matches!((self.spread, other.spread), (Spread::ByAccount(_), Spread::ByAccount(_)))
    }

    /// Returns the statement that spreads the table on an engine with the functions of the Citus extension.
    #[must_use]
    pub fn statement(&self) -> String {
        let Self { table, spread } = self;
        match spread {
            Spread::Everywhere => format!("SELECT create_reference_table('{table}');"),
            Spread::ByValue(column) => distribute(table, column, "none"),
            Spread::ByAccount(column) if *table == FIRST_BY_ACCOUNT => distribute(table, column, "none"),
            Spread::ByAccount(column) => distribute(table, column, FIRST_BY_ACCOUNT),
        }
    }
}

fn distribute(table: &str, column: &str, with: &str) -> String {
    format!("SELECT create_distributed_table('{table}', '{column}', colocate_with => '{with}');")
}
