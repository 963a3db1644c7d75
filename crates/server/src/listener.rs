//! HTTP on one listener: what actix-web's `HttpServer` does, over a stream of our own.

use std::net::TcpListener;
use std::time::Duration;

use actix_http::{HttpService, Request, Response};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, Service};
use actix_web::rt::net::TcpStream;
use auth_settings::HttpSettings;

use crate::plain_errors::PlainErrors;

/// How long running requests may take after the signal to stop, in seconds.
const SHUTDOWN_SECONDS: u64 = 30;
/// How long to wait for the rest of a refused body, so that its sender reads the answer.
const DISCONNECT: Duration = Duration::from_secs(1);
/// Longer than any request takes after it has arrived.
const LONGEST_ANSWER: Duration = Duration::from_secs(120);

/// Serves an application on a number of threads until it is stopped.
pub(crate) fn serve_on<F, I, S, B>(
    listener: TcpListener,
    settings: &HttpSettings,
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
    let service = move || {
        let stopping = stopping.clone();
        let http = HttpService::build()
            .keep_alive(keep_alive)
            .client_request_timeout(header_timeout)
            .client_disconnect_timeout(DISCONNECT)
            .local_addr(address)
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            });
        let app = app().into_factory().map_err(|error| error.into().error_response());
        let connect = move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            std::future::ready(Ok((PlainErrors::new(stream, silence), peer)))
        };
        fn_service(connect).and_then(http.h1(map_config(app, |()| AppConfig::default())))
    };
    let server = builder
        .workers(workers)
        .max_concurrent_connections((settings.max_connections as usize).div_ceil(workers))
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(address.to_string(), listener, service)?;
    Ok(server.run())
}
