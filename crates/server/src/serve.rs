//! Serving: bind, build, answer, drain, stop.

use std::net::{SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::rt::{System, SystemRunner};
use auth_application::upkeep::{Draining, Readiness};
use auth_extension::{Condition, Storage};
use auth_http::endpoints::{KnownRoute, known_routes};
use auth_http::{AdminApp, PublicApp};
use auth_metrics::{Metrics, Route};
use auth_settings::{Problem, Settings, Source};
use futures_util::future::join_all;
use rustix::net::sockopt::set_socket_send_buffer_size;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::listener::{ConnectionLimits, OpenFiles, accept_the_last, raise_open_files, serve_on};
use crate::reach::{Reached, migrate, reach};
use crate::reload::Reload;
use crate::signals::{HangUps, Signals};
use crate::{Configuration, Service, StartFailure, logging};

/// Bound sockets. They are bound first, so that a port in use is noticed before anything else starts.
pub struct Listeners {
    public: TcpListener,
    admin: TcpListener,
}

impl Listeners {
    /// Binds both listeners.
    ///
    /// # Errors
    /// Returns [`StartFailure::Listen`], which names the setting to change.
    pub fn bind(settings: &Settings) -> Result<Self, StartFailure> {
        Ok(Self {
            public: bind(settings.http.listen, "AUTH__HTTP__LISTEN")?,
            admin: bind(settings.admin.listen, "AUTH__ADMIN__LISTEN")?,
        })
    }
}

/// How many clients may wait to be accepted; the system may allow fewer. With the standard library's 128, a burst of
/// newcomers makes everybody else repeat the handshake after a second.
const BACKLOG: i32 = 4096;

/// The bytes of an answer that the system keeps for a client who does not take them. Left to itself, it takes megabytes
/// from each connection at once, and copying them keeps everybody waiting.
const SEND_BUFFER: usize = 65_536;

fn bind(address: SocketAddr, variable: &'static str) -> Result<TcpListener, StartFailure> {
    let failed = |error| StartFailure::Listen { address, variable, error };
    let listener = TcpListener::bind(address).map_err(failed)?;
    // Connections that are accepted have what the listener has.
    set_socket_send_buffer_size(&listener, SEND_BUFFER).map_err(|error| failed(error.into()))?;
    rustix::net::listen(&listener, BACKLOG).map_err(|error| failed(error.into()))?;
    Ok(listener)
}

/// A running service.
pub struct Running {
    /// The address of the public listener.
    pub public: SocketAddr,
    /// The address of the admin listener.
    pub admin: SocketAddr,
    servers: Vec<(ServerHandle, JoinHandle<std::io::Result<()>>)>,
    workers: Vec<JoinHandle<()>>,
    /// The workers stop when this is dropped.
    stop_workers: watch::Sender<()>,
    draining: Draining,
    /// How long it serves on after the order to stop.
    drain: Duration,
    /// The sockets of both listeners, to close them gently.
    sockets: Vec<TcpListener>,
    reload: Reload,
}

/// Builds the service on an open storage and starts to serve. It must be called inside an actix system.
///
/// # Errors
/// Returns [`StartFailure`] if a part cannot be set up, or a setting is dangerous and not accepted.
pub fn start(
    configuration: &Configuration,
    storage: &dyn Storage,
    listeners: Listeners,
) -> Result<Running, StartFailure> {
    let settings = &configuration.settings;
    settings.check_dangers()?;
    let (public, admin) = (listeners.public.local_addr()?, listeners.admin.local_addr()?);
    let service = Service::build(configuration, storage, public)?;
    let sockets = vec![listeners.public.try_clone()?, listeners.admin.try_clone()?];
    let (options, use_cases) = (service.http_options, service.use_cases);
    let first_page = service.shown.map(|shown| shown.page(configuration, admin).endpoints());
    let has_first_page = first_page.is_some();
    let first_page = first_page.into_iter().collect();
    let (draining, drain) = (options.draining.clone(), settings.http.drain);
    let public_endpoints = [service.endpoints, first_page].concat();
    let admin_endpoints = service.admin_endpoints;
    let routes = known_routes(public_endpoints.iter().chain(&admin_endpoints)).into_iter();
    let authenticate = use_cases.session.authenticate.clone();
    let public_app = PublicApp::new(options.clone(), authenticate, public_endpoints)?;
    let public_app = if has_first_page { public_app.with_first_page() } else { public_app };
    let admin_app = AdminApp::new(options, use_cases.admin.authorize.clone(), admin_endpoints)?;
    // Only now: these are many small things, which find room in the memory that making the documents has left.
    configuration.schemes.warm_up();
    service.metrics.know_routes(routes.map(|KnownRoute { method, path, outcomes }| Route { method, path, outcomes }));
    let (http, files) = (&settings.http, OpenFiles::of_process(settings));
    let (of_public, of_admin) = (ConnectionLimits::public(http, &files), ConnectionLimits::admin(http, &files));
    let public_server = serve_on(listeners.public, http, of_public, http.workers(), move || public_app.app())?;
    let admin_server = serve_on(listeners.admin, http, of_admin, 1, move || admin_app.app())?;
    let servers = [public_server, admin_server].map(|server| (server.handle(), actix_web::rt::spawn(server))).into();
    let (stop_workers, stopped) = watch::channel(());
    let beside = Workers::new(use_cases.upkeep.readiness.clone(), stopped, service.metrics);
    let mut workers = vec![
        beside.begin("messages", |stop| service.deliver_messages.run(stop)),
        beside.begin("events", |stop| service.deliver_events.run(stop)),
        beside.begin("sweep", |stop| service.sweep_expired.run(stop)),
        beside.begin("hash_costs", |stop| service.measure_hashes.run(stop)),
    ];
    let stop = || until_dropped(beside.stopped.clone());
    workers.extend(service.reload_keys.map(|worker| beside.begin_at_once("keys", worker.run(stop()))));
    workers.extend(service.export_traces.map(|worker| beside.begin_at_once("traces", worker.run(stop()))));
    let reload = service.reload;
    Ok(Running { public, admin, servers, workers, stop_workers, draining, drain, sockets, reload })
}

/// Starts what works beside requests.
struct Workers {
    /// Becomes true once there is a database to work on.
    ready: watch::Receiver<bool>,
    /// Says that they must stop by its end.
    stopped: watch::Receiver<()>,
    metrics: Arc<Metrics>,
}

impl Workers {
    fn new(readiness: Arc<Readiness>, stopped: watch::Receiver<()>, metrics: Arc<Metrics>) -> Self {
        let (say, ready) = watch::channel(false);
        let stop = until_dropped(stopped.clone());
        actix_web::rt::spawn(async move {
            tokio::select! {
                () = readiness.begin() => drop(say.send_replace(true)),
                () = stop => {}
            }
        });
        Self { ready, stopped, metrics }
    }

    fn begin<W: Future<Output = ()> + 'static>(
        &self,
        name: &'static str,
        run: impl FnOnce(Stop) -> W,
    ) -> JoinHandle<()> {
        let mut ready = self.ready.clone();
        let work = run(Box::pin(until_dropped(self.stopped.clone())));
        self.begin_at_once(name, async move {
            // If this fails, everything stops before it has begun.
            if ready.wait_for(|is_ready| *is_ready).await.is_ok() {
                work.await;
            }
        })
    }

    /// Begins what needs no database.
    fn begin_at_once(&self, name: &'static str, work: impl Future<Output = ()> + 'static) -> JoinHandle<()> {
        let running = self.metrics.running(name);
        actix_web::rt::spawn(async move {
            let _running = running;
            work.await;
        })
    }
}

/// Completes when workers must stop.
type Stop = Pin<Box<dyn Future<Output = ()>>>;

async fn until_dropped(mut stopped: watch::Receiver<()>) {
    while stopped.changed().await.is_ok() {}
}

impl Running {
    /// Serves on for `http.drain_seconds`, while readiness says no and each answer is the last one on its connection.
    /// After that nobody new gets in.
    pub async fn drain(&mut self) {
        self.draining.begin();
        if self.drain.is_zero() {
            return;
        }
        tokio::time::sleep(self.drain).await;
        accept_the_last(&self.sockets).await;
    }

    /// Stops accepting connections, then waits for running requests (30 s at most), then for the workers.
    pub async fn stop(self) {
        drop(self.sockets);
        join_all(self.servers.iter().map(|(handle, _)| handle.stop(true))).await;
        for (_, server) in self.servers {
            if let Ok(Err(error)) = server.await {
                tracing::error!(%error, "server.failed");
            }
        }
        drop(self.stop_workers);
        for worker in self.workers {
            if let Err(error) = worker.await {
                tracing::error!(%error, "worker.failed");
            }
        }
    }
}

/// What `serve` has before anything else.
pub(crate) struct Start {
    system: SystemRunner,
    hang_ups: HangUps,
}

impl Start {
    /// Holds SIGHUP back from now on, so that it does not end a process that is still starting: one reload follows the
    /// start. SIGTERM and SIGINT go on ending it at once, as long as nothing has been started that must be stopped.
    pub(crate) fn begin() -> Result<Self, StartFailure> {
        let system = System::new();
        let hang_ups = system.block_on(async { HangUps::listen() })?;
        Ok(Self { system, hang_ups })
    }

    /// Runs `serve` until SIGTERM or SIGINT. A second one ends it at once. SIGHUP reads the settings once more.
    pub(crate) fn run(
        self,
        configuration: &Configuration,
        read: impl Fn() -> Result<Settings, StartFailure>,
    ) -> Result<(), StartFailure> {
        let Self { system, hang_ups } = self;
        let settings = &configuration.settings;
        settings.check_dangers()?;
        for danger in &settings.accepted {
            tracing::warn!(%danger, "settings.danger_accepted");
        }
        raise_open_files();
        let listeners = Listeners::bind(settings)?;
        // From here on, these are held back too, until everything that was started can be stopped.
        let mut signals = system.block_on(async { Signals::listen(hang_ups) })?;
        let storage = configuration.open_storage()?;
        let reached = system.block_on(reach(storage, settings.database.migrate, signals.stop()))?;
        let Reached::Storage(storage, condition) = reached else { return Ok(()) };
        let prepared = prepare(settings.database.migrate, storage, condition.as_ref().ok(), signals.stop());
        let Some(storage) = system.block_on(prepared)? else { return Ok(()) };
        let serving = serve_until_signal(configuration, &*storage, &condition, listeners, (signals, read));
        let served = system.block_on(serving);
        let closed = storage.close().map_err(StartFailure::Storage);
        served.and(closed)
    }
}

/// Says what has started, and where its settings come from. Their values may be secret, so they are not told.
fn announce(configuration: &Configuration) {
    let (version, profile) = (env!("CARGO_PKG_VERSION"), configuration.settings.profile);
    tracing::info!(version, %profile, "server.started");
    for Source { from, keys } in &configuration.sources {
        tracing::info!(from, keys = keys.join(" "), "settings.read");
    }
}

/// Brings the schema up to date, if that is what the start does. Nothing comes back if `stop` has ended it.
async fn prepare(
    migrates: bool,
    storage: Box<dyn Storage>,
    condition: Option<&Condition>,
    stop: impl Future<Output = ()>,
) -> Result<Option<Box<dyn Storage>>, StartFailure> {
    if let Some(problem) = condition.and_then(|condition| condition.unfit.as_ref()) {
        return Err(StartFailure::Storage(problem.clone()));
    }
    if !migrates {
        return Ok(Some(storage));
    }
    let Some((storage, steps)) = migrate(storage, stop).await? else { return Ok(None) };
    for step in steps {
        tracing::info!(step, "database.migrated");
    }
    Ok(Some(storage))
}

/// Says what the service does without for now. A start that is refused says nothing but why.
fn tell(condition: &Result<Condition, Problem>, migrates: bool) {
    match condition {
        Err(problem) => tracing::warn!(%problem, "start.without_storage"),
        Ok(condition) => {
            if condition.is_read_only {
                tracing::warn!("database.read_only");
            }
            if !condition.unknown.is_empty() {
                tracing::info!(steps = condition.unknown.len(), "database.schema_is_newer");
            }
            if !migrates && !condition.pending.is_empty() {
                let pending = condition.pending.len();
                tracing::error!(pending, "database.schema_is_not_current: run `auth-server migrate`");
            }
        }
    }
}

async fn serve_until_signal(
    configuration: &Configuration,
    storage: &dyn Storage,
    condition: &Result<Condition, Problem>,
    listeners: Listeners,
    (mut signals, read): (Signals, impl Fn() -> Result<Settings, StartFailure>),
) -> Result<(), StartFailure> {
    let mut running = start(configuration, storage, listeners)?;
    // Only now, so that a start that is refused says nothing but why.
    announce(configuration);
    tell(condition, configuration.settings.database.migrate);
    {
        let mut out = configuration.world.out.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        writeln!(out, "listening on http://{}", running.public)?;
        writeln!(out, "admin listening on http://{}", running.admin)?;
        let settings = &configuration.settings;
        if settings.profile.is_local() {
            writeln!(out, "try it at {}/", settings.http.public_url(running.public))?;
        }
        out.flush()?;
    }
    let floods = actix_web::rt::spawn(logging::watch_floods());
    signals.stop_or(|| running.reload.run(&read)).await;
    tracing::info!(seconds = running.drain.as_secs(), "server.draining");
    let stop = async {
        running.drain().await;
        tracing::info!("server.stopping");
        running.stop().await;
    };
    let stopped = tokio::select! {
        () = stop => Ok(()),
        () = signals.stop() => Err(StartFailure::Command("ended at once by a second signal".to_owned())),
    };
    floods.abort();
    stopped
}
