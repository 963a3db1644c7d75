//! Setting up a service under test.

use std::sync::Arc;

use auth_contracts::ManualClock;
use auth_ports::Clock;
use auth_postgres::Layout;
use auth_providers::testing::{FakeGitHub, FakeOidc};
use auth_server::{Configuration, Server};
use auth_settings::Environment;
use tempfile::TempDir;

use crate::world::{TestClock, world};
use crate::{Messages, TestDatabase, ThirdParty as _, layout_of_this_run};

/// Where browsers are sent back to, as registered for every provider in the tests.
const REDIRECT_URIS: &str = "https://app.example.com/signed-in,https://other.example.com/back?from=us";

/// A service that is not running yet: profile `test`, free ports, a manual clock.
#[derive(Debug, Clone)]
pub struct TestAppBuilder {
    pub(crate) server: Server,
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) clock: TestClock,
    pub(crate) messages: Messages,
    pub(crate) database: Option<Arc<TestDatabase>>,
    pub(crate) data_dir: Option<Arc<TempDir>>,
    pub(crate) migrates: bool,
    pub(crate) layout: Layout,
}

impl Default for TestAppBuilder {
    fn default() -> Self {
        Self {
            server: Server::new(),
            variables: Vec::new(),
            clock: TestClock::Manual(ManualClock::new()),
            messages: Messages::default(),
            database: None,
            data_dir: None,
            migrates: false,
            layout: layout_of_this_run(),
        }
    }
}

impl TestAppBuilder {
    /// The program under test, where it is another than ours: with extensions, or with stores of its own.
    #[must_use]
    pub fn server(self, server: Server) -> Self {
        Self { server, ..self }
    }

    /// Runs the steps of the schema that extensions bring before the service starts, as `migrate` does.
    #[must_use]
    pub fn migrated(self) -> Self {
        Self { migrates: true, ..self }
    }

    /// Runs on a database of its own in this layout.
    #[must_use]
    pub fn laid_out(self, layout: Layout) -> Self {
        Self { layout, ..self }
    }

    /// Sets a variable such as `AUTH__LIMITS__ENABLED`.
    #[must_use]
    pub fn set(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// Switches off rate limits and cooldowns.
    #[must_use]
    pub fn without_limits(self) -> Self {
        self.set("AUTH__LIMITS__ENABLED", "false")
    }

    /// Hashes passwords at the cost of `default.toml`. Other tests use the lowest cost, because a higher one would only
    /// take time.
    #[must_use]
    pub fn with_full_password_cost(self) -> Self {
        self.set("AUTH__PASSWORDS__MEMORY_KIB", "19456").set("AUTH__PASSWORDS__ITERATIONS", "2")
    }

    /// Uses the system's clock.
    #[must_use]
    pub fn with_system_clock(mut self) -> Self {
        self.clock = TestClock::System;
        self
    }

    /// Uses this clock, which the test may share with a fake.
    #[must_use]
    pub fn with_clock(mut self, clock: &ManualClock) -> Self {
        self.clock = TestClock::Manual(clock.clone());
        self
    }

    /// Registers the OpenID provider with this issuer.
    #[must_use]
    pub fn with_oidc(self, issuer: &str) -> Self {
        self.provider(FakeOidc::ID, "oidc", FakeOidc::CLIENT_ID, FakeOidc::CLIENT_SECRET, issuer)
    }

    /// Registers the GitHub at this address.
    #[must_use]
    pub fn with_github(self, base: &str) -> Self {
        self.provider(FakeGitHub::ID, "github", FakeGitHub::CLIENT_ID, FakeGitHub::CLIENT_SECRET, base)
    }

    /// The clock, for a fake that has to share it.
    #[must_use]
    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        self.clock.shared()
    }

    fn provider(self, name: &str, kind: &str, client_id: &str, client_secret: &str, issuer: &str) -> Self {
        let key = |key: &str| format!("AUTH__PROVIDERS__{}__{key}", name.to_uppercase());
        self.set(&key("KIND"), kind)
            .set(&key("ISSUER"), issuer)
            .set(&key("CLIENT_ID"), client_id)
            .set(&key("CLIENT_SECRET"), client_secret)
            .set(&key("REDIRECT_URIS"), REDIRECT_URIS)
    }

    /// The database to run on; `None` for a program that stores everything elsewhere.
    pub(crate) fn database(&self) -> Option<Arc<TestDatabase>> {
        let made = || (!self.server.stores_elsewhere()).then(|| Arc::new(TestDatabase::laid_out(self.layout)));
        self.database.clone().or_else(made)
    }

    pub(crate) fn configuration(&self, data_dir: &TempDir, database: Option<&TestDatabase>) -> Configuration {
        let own = [
            ("AUTH_PROFILE", "test"),
            ("AUTH__HTTP__LISTEN", "127.0.0.1:0"),
            ("AUTH__ADMIN__LISTEN", "127.0.0.1:0"),
            ("AUTH__HTTP__WORKERS", "2"),
            ("AUTH__PASSWORDS__MEMORY_KIB", "7168"),
            ("AUTH__PASSWORDS__ITERATIONS", "1"),
            ("AUTH__DATABASE__DATA_DIR", data_dir.path().to_str().expect("a folder named in UTF-8")),
        ];
        let given = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let is_sharded = database.is_some_and(|database| database.layout() == Layout::Sharded);
        let layout = is_sharded.then_some(("AUTH__DATABASE__LAYOUT", "sharded"));
        let database = database.map(|database| ("AUTH__DATABASE__URL", database.url()));
        let environment = Environment::new(own.into_iter().chain(database).chain(layout).chain(given));
        let configured = self.server.configure(&environment, world(&self.clock, &self.messages));
        configured.unwrap_or_else(|error| panic!("settings of a test: {error}"))
    }
}
