//! How the tables are laid out.

/// On how many nodes the tables are. The schema is the same; what differs is how an account is registered, and that on
/// several nodes no statement joins tables that are spread by different columns, nor locks rows without naming the one node
/// that has them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Layout {
    /// All tables are on one node, where one statement over several tables costs the fewest round trips.
    #[default]
    Single,
    /// The tables are spread over several nodes, so that each frequent statement touches one of them. The schema must be
    /// contracted ([`Migrations::contract`](crate::Migrations::contract)), which a new one is.
    Sharded,
}
