//! HTTP on one listener: what actix-web's `HttpServer` does, over a stream of our own.

use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Request, Response};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, Service};
use actix_web::rt::net::TcpStream;
use actix_web::rt::spawn;
use auth_domain::origin::Network;
use auth_http::OfConnection;
use auth_settings::HttpSettings;

use super::closing::Closing;
use super::connections::Connections;
use super::limits::ConnectionLimits;
use super::newcomers::Newcomers;
use super::plain_errors::PlainErrors;
use super::stream::CountedStream;

/// How long running requests may take after the signal to stop, in seconds.
const SHUTDOWN_SECONDS: u64 = 30;
/// How long to wait for the rest of a refused body, so that its sender reads the answer.
const DISCONNECT: Duration = Duration::from_secs(1);
/// The bytes of answers that are collected before they are written. A larger answer is sent in pieces, so that no more of
/// it is in memory than its client takes.
const PIECE_OF_AN_ANSWER: usize = 16_384;
/// Longer than any request takes after it has arrived.
const LONGEST_ANSWER: Duration = Duration::from_secs(120);

type Stream = PlainErrors<CountedStream<TcpStream>>;

/// Serves an application on a number of threads until it is stopped.
pub(crate) fn serve_on<F, I, S, B>(
    listener: TcpListener,
    settings: &HttpSettings,
    limits: ConnectionLimits,
    workers: usize,
    app: F,
) -> std::io::Result<Server>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let (keep_alive, header_timeout) = (settings.keep_alive, settings.header_timeout);
    let silence = keep_alive + header_timeout + settings.request_timeout + LONGEST_ANSWER;
    let builder = Server::build();
    let stopping = builder.graceful_shutdown_signal();
    // Beyond this, newcomers wait to be accepted. It comes to that only while all connections are being answered.
    let of_a_worker = limits.connections.div_ceil(workers);
    let connections = Connections::new(limits);
    let service = move || {
        let stopping = stopping.clone();
        let http = HttpService::build()
            .keep_alive(keep_alive)
            .client_request_timeout(header_timeout)
            .client_disconnect_timeout(DISCONNECT)
            .h1_write_buffer_size(PIECE_OF_AN_ANSWER)
            .local_addr(address)
            .on_connect_ext(|stream: &Stream, data| {
                data.insert(OfConnection(stream.get_ref().place()));
            })
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            });
        let app = app().into_factory().map_err(|error| error.into().error_response());
        let door = Door::open(&connections, silence);
        let connect = move |stream: TcpStream| door.clone().admit(stream);
        fn_service(connect).and_then(http.h1(map_config(app, |()| AppConfig::default())))
    };
    let server = builder
        .workers(workers)
        .max_concurrent_connections(of_a_worker)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(address.to_string(), listener, service)?;
    Ok(server.run())
}

/// Where connections come in on one thread.
#[derive(Clone)]
struct Door {
    connections: Arc<Connections>,
    closing: Arc<Closing>,
    newcomers: Rc<Newcomers>,
    silence: Duration,
}

impl Door {
    /// One for this thread.
    fn open(connections: &Arc<Connections>, silence: Duration) -> Self {
        let closing = Arc::new(Closing::default());
        let newcomers = Rc::new(Newcomers::default());
        spawn(closing.clone().run());
        spawn(newcomers.clone().run());
        Self { connections: connections.clone(), closing, newcomers, silence }
    }

    /// Takes a connection in when it is its turn, or drops it if its network has too many.
    async fn admit(self, stream: TcpStream) -> Result<(Stream, Option<SocketAddr>), DispatchError> {
        let Self { connections, closing, newcomers, silence } = self;
        let peer = stream.peer_addr()?;
        newcomers.turn(Network::of(peer.ip())).await;
        connections.has_memory().await;
        let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let admitted = connections.admit(peer.ip(), &closing).ok_or_else(refused)?;
        let stream = CountedStream::new(stream, connections, admitted);
        Ok((PlainErrors::new(stream, silence), Some(peer)))
    }
}
