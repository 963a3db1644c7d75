//! HTTP on one listener: what actix-web's `HttpServer` does, over a stream of our own.

use std::net::{SocketAddr, TcpListener};
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
use auth_http::OfConnection;
use auth_settings::HttpSettings;

use super::closing::Closing;
use super::connections::Connections;
use super::limits::ConnectionLimits;
use super::plain_errors::PlainErrors;
use super::stream::CountedStream;

/// How long running requests may take after the signal to stop, in seconds.
const SHUTDOWN_SECONDS: u64 = 30;
/// How long to wait for the rest of a refused body, so that its sender reads the answer.
const DISCONNECT: Duration = Duration::from_secs(1);
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
            .local_addr(address)
            .on_connect_ext(|stream: &Stream, data| {
                data.insert(OfConnection(stream.get_ref().place()));
            })
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            });
        let app = app().into_factory().map_err(|error| error.into().error_response());
        let closing = Arc::new(Closing::default());
        spawn(closing.clone().run());
        let connections = connections.clone();
        let connect = move |stream: TcpStream| {
            let (connections, closing) = (connections.clone(), closing.clone());
            async move {
                connections.has_memory().await;
                admit(stream, &connections, &closing, silence)
            }
        };
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

/// Takes a connection in, or drops it if its network has too many.
fn admit(
    stream: TcpStream,
    connections: &Arc<Connections>,
    closing: &Arc<Closing>,
    silence: Duration,
) -> Result<(Stream, Option<SocketAddr>), DispatchError> {
    let peer = stream.peer_addr()?;
    let refused = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    let admitted = connections.admit(peer.ip(), closing).ok_or_else(refused)?;
    let stream = CountedStream::new(stream, connections.clone(), admitted);
    Ok((PlainErrors::new(stream, silence), Some(peer)))
}
