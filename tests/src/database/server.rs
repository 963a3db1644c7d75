//! The server of the tests' databases.

use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use auth_embedded_postgres::{Host, SharedCluster, shared_throwaway};
use auth_postgres::testing::TestConnection;

pub(super) enum Server {
    /// Our own server: started by the first process that asks, and stopped soon after the last one has ended.
    Cluster(SharedCluster),
    /// The server of `TEST_DATABASE_URL`, whose user must be allowed to create databases.
    Named(String),
}

impl Server {
    pub(super) fn url(&self, database: &str) -> String {
        match self {
            Self::Cluster(cluster) => cluster.url(database),
            Self::Named(url) => named_in(url, database),
        }
    }

    fn administration_url(&self) -> String {
        match self {
            Self::Cluster(cluster) => cluster.url("postgres"),
            Self::Named(url) => url.clone(),
        }
    }
}

pub(super) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| named_server().unwrap_or_else(own_server))
}

fn own_server() -> Server {
    let key = Path::new(env!("CARGO_MANIFEST_DIR"));
    let host = Host::from_environment("auth-tests").on_progress(|step| tell(&step.to_string()));
    Server::Cluster(shared_throwaway(key, host).unwrap_or_else(|error| panic!("no PostgreSQL for tests: {error}")))
}

/// Reports progress, because fetching takes a while.
fn tell(step: &str) {
    let _ = writeln!(std::io::stderr(), "database for tests: {step}");
}

#[expect(clippy::disallowed_methods, reason = "a variable of the tests; those of the service are an argument")]
fn named_server() -> Option<Server> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty()).map(Server::Named)
}

/// The address of another database on the same server. Not every libpq address is a proper URL:
/// its host may be empty and the folder of its socket be in the query.
fn named_in(url: &str, database: &str) -> String {
    let (address, query) = url.split_at(url.find('?').unwrap_or(url.len()));
    let authority =
        address.find("://").expect("TEST_DATABASE_URL has the form postgresql://user:password@host/database") + 3;
    let end = address[authority..].find('/').map_or(address.len(), |slash| authority + slash);
    format!("{}/{database}{query}", &address[..end])
}

pub(super) fn administer() -> TestConnection {
    TestConnection::open(&server().administration_url()).unwrap_or_else(|error| panic!("database for tests: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_on_the_same_server() {
        for (url, other) in [
            ("postgresql://u:p@host:5433/postgres?sslmode=require", "postgresql://u:p@host:5433/x?sslmode=require"),
            ("postgres://host", "postgres://host/x"),
            ("postgresql://postgres@/postgres?host=/tmp/a", "postgresql://postgres@/x?host=/tmp/a"),
        ] {
            assert_eq!(named_in(url, "x"), other);
        }
    }
}
