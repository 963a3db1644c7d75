//! The service under test.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use auth_contracts::ManualClock;
use auth_domain::Timestamp;
use auth_ports::Clock as _;
use auth_server::{Configuration, Listeners, Server};
use chrono::TimeDelta;
use tempfile::TempDir;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::LocalSet;

use crate::world::TestClock;
use crate::{
    Anonymous, Caller as _, Line, Messages, OnDevice, TestAppBuilder, TestDatabase, layout_of_this_run, logs,
    unique_device,
};

/// Longer than any service without open connections takes to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running service. It stops when this is dropped, and its database is dropped with the last service that uses it.
#[derive(Debug)]
pub struct TestApp {
    line: Line,
    admin: SocketAddr,
    messages: Messages,
    clock: TestClock,
    thread: Option<JoinHandle<()>>,
    stop: Option<oneshot::Sender<()>>,
    server: Server,
    // Dropped after the service has ended.
    database: Option<Arc<TestDatabase>>,
    data_dir: Arc<TempDir>,
}

impl TestApp {
    /// Prepares a service.
    #[must_use]
    pub fn builder() -> TestAppBuilder {
        TestAppBuilder::default()
    }

    /// Starts a service with the defaults of profile `test` and a manual clock.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// Prepares another instance of this service, on the same database, keys, clock and messages.
    #[must_use]
    pub fn beside(&self) -> TestAppBuilder {
        TestAppBuilder {
            server: self.server.clone(),
            variables: Vec::new(),
            clock: self.clock.clone(),
            messages: self.messages.clone(),
            database: self.database.clone(),
            data_dir: Some(Arc::clone(&self.data_dir)),
            migrates: false,
            layout: self.database.as_ref().map_or_else(layout_of_this_run, |database| database.layout()),
        }
    }

    async fn run(builder: TestAppBuilder) -> Self {
        logs::capture();
        let data_dir = builder.data_dir.clone().unwrap_or_else(|| Arc::new(tempfile::tempdir().expect("a folder")));
        let database = builder.database();
        let configuration = builder.configuration(&data_dir, database.as_deref());
        let migrates = builder.migrates;
        if migrates && let Some(database) = &database {
            database.schema_changes();
        }
        let (started, starting) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let service = move || serve(&configuration, migrates, started, stopped);
        let thread = std::thread::Builder::new().name("service".into()).spawn(service).expect("a thread");
        let (public, admin) = starting.await.expect("the service starts");
        let TestAppBuilder { server, clock, messages, .. } = builder;
        let line = Line::new(public, messages.clone());
        Self { line, admin, messages, clock, thread: Some(thread), stop: Some(stop), server, database, data_dir }
    }

    /// A caller about whom nothing is known.
    #[must_use]
    pub fn anonymous(&self) -> Anonymous {
        Anonymous::on(self.line.clone())
    }

    /// A caller on its own device, as SDKs are.
    #[must_use]
    pub fn device(&self) -> OnDevice {
        self.anonymous().on_device(&unique_device())
    }

    /// A caller of the admin listener, about whom nothing is known.
    #[must_use]
    pub fn admin(&self) -> Anonymous {
        Anonymous::on(Line::new(self.admin, self.messages.clone()))
    }

    /// The address of the public listener.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.anonymous().line().address()
    }

    /// The database, for assertions and faults.
    ///
    /// # Panics
    /// When the service stores everything elsewhere.
    #[must_use]
    pub fn database(&self) -> &TestDatabase {
        self.database.as_ref().expect("the stores of this service are on no database")
    }

    /// The messages of this service.
    #[must_use]
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// The clock.
    ///
    /// # Panics
    /// If the service runs on the system's clock.
    #[must_use]
    pub fn clock(&self) -> &ManualClock {
        match &self.clock {
            TestClock::Manual(clock) => clock,
            TestClock::System => panic!("this service runs on the system's clock"),
        }
    }

    /// What the service's clock says.
    ///
    /// # Panics
    /// If the service runs on the system's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }

    /// Advances the clock.
    ///
    /// # Panics
    /// If the service runs on the system's clock.
    pub fn wait_seconds(&self, seconds: i64) {
        self.clock().advance(TimeDelta::seconds(seconds));
    }
}

/// Here and not beside the settings, which need not know what runs with them.
impl TestAppBuilder {
    /// Starts the service.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(self) -> TestApp {
        TestApp::run(self).await
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if matches!(ended, Some(Err(_))) && !std::thread::panicking() {
            panic!("the service panicked");
        }
    }
}

/// Runs a service on its own thread until it is stopped. The web server accepts any runtime that can keep tasks
/// on its thread.
fn serve(
    configuration: &Configuration,
    migrates: bool,
    started: oneshot::Sender<(SocketAddr, SocketAddr)>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    LocalSet::new().block_on(&runtime, async {
        let listeners = Listeners::bind(&configuration.settings).unwrap_or_else(|error| panic!("{error}"));
        let storage = configuration.open_storage().unwrap_or_else(|error| panic!("{error}"));
        if migrates {
            storage.migrate().unwrap_or_else(|problem| panic!("{problem}"));
        }
        let running = auth_server::start(configuration, &*storage, listeners);
        let running = running.unwrap_or_else(|error| panic!("the service does not start: {error}"));
        let _ = started.send((running.public, running.admin));
        let _ = stopped.await;
        let _ = tokio::time::timeout(PATIENCE, running.stop()).await;
    });
}
