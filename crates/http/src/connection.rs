//! What a listener learns about the requests on a connection, so that it can tell one that is being answered from one
//! that never arrives.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpMessage as _, HttpRequest};
use auth_domain::origin::Network;
use futures_util::Stream;

use crate::HttpOptions;
use crate::extract::client_network;

/// The connection of a request, as its listener knows it. Requests on a connection come one after the other.
pub trait Connection {
    /// The application has a request, and the next that the client gets is an answer. It is told again when the body has
    /// arrived that was awaited meanwhile, or is not read any further.
    fn has_request(&self);

    /// The application has answered the request. `bytes` is what is in memory of an answer that is sent in pieces, besides
    /// those pieces; zero for any other.
    fn has_answer(&self, bytes: usize);

    /// The body has not arrived as far as it is to be read. The network is the client's, also behind a trusted proxy;
    /// `None` if nobody but the proxy is known.
    fn awaits_body(&self, network: Option<Network>);

    /// Whether the body is not to be awaited any longer, because the listener needs the memory or the connection.
    fn gave_up(&self) -> bool;

    /// The answer is made piece by piece from now on, or is so no longer. Between two pieces nothing may be on its way.
    fn streams(&self, is_streaming: bool);
}

/// What a listener puts into the data of each connection.
pub struct OfConnection(pub Rc<dyn Connection>);

/// Lets the connection of a request know when the request has arrived, and returns it, if its listener wants to know.
pub(crate) fn watch(request: &mut ServiceRequest) -> Option<Rc<dyn Connection>> {
    let connection = connection_of(request.request())?;
    connection.has_request();
    match request.take_payload() {
        Payload::None => {}
        payload => {
            let options = request.app_data::<Data<HttpOptions>>();
            let trusted = options.map_or(&[][..], |options| &options.trusted_proxies[..]);
            let header = options.map(|options| options.forwarded_header).unwrap_or_default();
            let network = client_network(request.request(), trusted, header);
            let watched = WatchedBody { payload, connection: connection.clone(), network, state: BodyState::Arriving };
            request.set_payload(Payload::Stream { payload: Box::pin(watched) });
        }
    }
    Some(connection)
}

/// The most bytes of an answer that are copied at once to be sent. All of a large answer would be copied for a client that
/// takes none of it.
const PIECE: usize = 16_384;

/// Lets the connection know that there is an answer, and while it is made or sent piece by piece.
pub(crate) fn watch_answer<B: MessageBody + 'static>(response: ServiceResponse<B>) -> ServiceResponse {
    let connection = connection_of(response.request());
    let is_shared = response.response().extensions().get::<Shared>().is_some();
    response.map_body(|_, body| watched(body, connection, is_shared))
}

/// The connection of a request, if its listener wants to know.
fn connection_of(request: &HttpRequest) -> Option<Rc<dyn Connection>> {
    request.conn_data::<OfConnection>().map(|of| of.0.clone())
}

/// Marks an answer whose body takes no memory of its own, because all answers share it.
pub(crate) struct Shared;

fn watched(body: impl MessageBody + 'static, connection: Option<Rc<dyn Connection>>, is_shared: bool) -> BoxBody {
    let Some(connection) = connection else { return body.boxed() };
    let whole = match body.size() {
        BodySize::Stream => 0,
        BodySize::Sized(size) if size > PIECE as u64 => usize::try_from(size).unwrap_or(usize::MAX),
        _ => {
            connection.has_answer(0);
            return body.boxed();
        }
    };
    connection.streams(true);
    connection.has_answer(if is_shared { 0 } else { whole });
    BoxBody::new(WatchedAnswer { body: body.boxed(), rest: Bytes::new(), connection })
}

/// An answer that is made or sent piece by piece.
struct WatchedAnswer {
    body: BoxBody,
    /// What was made at once and is still to be sent.
    rest: Bytes,
    connection: Rc<dyn Connection>,
}

impl MessageBody for WatchedAnswer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_next(context)) {
                Some(Ok(made)) => self.rest = made,
                ended => return Poll::Ready(ended),
            }
        }
        let most = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(self.rest.split_to(most))))
    }
}

impl Drop for WatchedAnswer {
    fn drop(&mut self) {
        self.connection.streams(false);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BodyState {
    /// What was asked for was there.
    Arriving,
    /// The connection knows that the rest is awaited.
    Awaited,
    /// Nothing more is read.
    Ended,
}

/// A body that tells its connection whether it is still awaited.
struct WatchedBody {
    payload: Payload,
    connection: Rc<dyn Connection>,
    network: Option<Network>,
    state: BodyState,
}

impl WatchedBody {
    fn end(&mut self) {
        if std::mem::replace(&mut self.state, BodyState::Ended) == BodyState::Awaited {
            self.connection.has_request();
        }
    }
}

impl Stream for WatchedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        match Pin::new(&mut this.payload).poll_next(context) {
            Poll::Pending if this.state == BodyState::Ended => Poll::Pending,
            Poll::Pending if this.connection.gave_up() => {
                this.end();
                Poll::Ready(Some(Err(PayloadError::Io(io::ErrorKind::TimedOut.into()))))
            }
            Poll::Pending => {
                if this.state == BodyState::Arriving {
                    this.state = BodyState::Awaited;
                    this.connection.awaits_body(this.network);
                }
                Poll::Pending
            }
            Poll::Ready(Some(Ok(chunk))) => Poll::Ready(Some(Ok(chunk))),
            Poll::Ready(ended) => {
                this.end();
                Poll::Ready(ended)
            }
        }
    }
}

impl Drop for WatchedBody {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::convert::Infallible;
    use std::future::poll_fn;

    use actix_web::body::BodyStream;
    use actix_web::dev::Service as _;
    use actix_web::test::{TestRequest, init_service};
    use actix_web::{App, HttpResponse, web};
    use futures_util::stream;
    use futures_util::{FutureExt as _, StreamExt as _};

    use super::*;

    /// Notes what it is told, and gives up after so many words.
    #[derive(Default)]
    struct Notes {
        said: RefCell<Vec<String>>,
        gives_up: bool,
    }

    impl Connection for Notes {
        fn awaits_body(&self, network: Option<Network>) {
            self.said.borrow_mut().push(format!("awaits {network:?}"));
        }

        fn gave_up(&self) -> bool {
            self.gives_up
        }

        fn has_request(&self) {
            self.said.borrow_mut().push("has request".to_owned());
        }

        fn has_answer(&self, bytes: usize) {
            self.said.borrow_mut().push(format!("has answer {bytes}"));
        }

        fn streams(&self, is_streaming: bool) {
            self.said.borrow_mut().push(format!("streams {is_streaming}"));
        }
    }

    fn body(chunks: Vec<&'static [u8]>, ends: bool, notes: &Rc<Notes>) -> WatchedBody {
        let arrived = stream::iter(chunks).map(|chunk| Ok(Bytes::from_static(chunk)));
        let payload: Pin<Box<dyn Stream<Item = _>>> =
            if ends { Box::pin(arrived) } else { Box::pin(arrived.chain(stream::pending())) };
        let connection = notes.clone();
        WatchedBody { payload: Payload::Stream { payload }, connection, network: None, state: BodyState::Arriving }
    }

    #[test]
    fn a_body_that_is_there_is_never_awaited() {
        let notes = Rc::new(Notes::default());
        let mut whole = body(vec![b"{", b"}"], true, &notes);
        assert_eq!(whole.by_ref().count().now_or_never(), Some(2));
        drop(whole);
        assert!(notes.said.borrow().is_empty());
    }

    #[test]
    fn the_rest_is_awaited_until_nobody_reads_it_any_longer() {
        let notes = Rc::new(Notes::default());
        let mut half = body(vec![b"{"], false, &notes);
        assert!(half.next().now_or_never().is_some());
        assert!(half.next().now_or_never().is_none() && half.next().now_or_never().is_none());
        assert_eq!(*notes.said.borrow(), ["awaits None"], "once");
        drop(half);
        assert_eq!(*notes.said.borrow(), ["awaits None", "has request"]);
    }

    #[test]
    fn what_is_given_up_ends_after_what_has_arrived() {
        let notes = Rc::new(Notes { gives_up: true, ..Notes::default() });
        let mut half = body(vec![b"{"], false, &notes);
        assert!(matches!(half.next().now_or_never(), Some(Some(Ok(chunk))) if chunk == "{"));
        let last = half.next().now_or_never().flatten();
        assert!(matches!(last, Some(Err(PayloadError::Io(error))) if error.kind() == io::ErrorKind::TimedOut));
    }

    #[test]
    fn an_answer_in_pieces_is_one_until_it_is_over() {
        let notes = Rc::new(Notes::default());
        let connection = || Some(notes.clone() as Rc<dyn Connection>);
        drop(watched("whole", connection(), false));
        assert_eq!(notes.said.take(), ["has answer 0"]);
        let pieces = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"piece"))]);
        let mut streamed = watched(BodyStream::new(pieces), connection(), false);
        let mut next = || poll_fn(|context| Pin::new(&mut streamed).poll_next(context)).now_or_never().flatten();
        assert!(matches!(next(), Some(Ok(piece)) if piece == "piece") && next().is_none());
        assert_eq!(notes.said.take(), ["streams true", "has answer 0"]);
        drop(streamed);
        assert_eq!(*notes.said.borrow(), ["streams false"]);
    }

    #[test]
    fn a_large_answer_is_sent_in_pieces() {
        let notes = Rc::new(Notes::default());
        let size = 2 * PIECE + 1;
        let whole = Bytes::from((0..size).map(|place| (place % 251) as u8).collect::<Vec<_>>());
        drop(watched(whole.clone(), Some(notes.clone() as Rc<dyn Connection>), true));
        assert_eq!(
            notes.said.take(),
            ["streams true", "has answer 0", "streams false"],
            "it takes no memory of its own"
        );
        let mut large = watched(whole.clone(), Some(notes.clone() as Rc<dyn Connection>), false);
        assert_eq!(large.size(), BodySize::Sized(size as u64));
        let mut next = || poll_fn(|context| Pin::new(&mut large).poll_next(context)).now_or_never().flatten();
        let mut sent = Vec::new();
        while let Some(Ok(piece)) = next() {
            assert!(piece.len() <= PIECE);
            sent.push(piece);
        }
        assert_eq!((sent.len(), sent.concat()), (3, whole.to_vec()));
        assert_eq!(notes.said.take(), ["streams true".to_owned(), format!("has answer {size}")]);
        drop(large);
        assert_eq!(*notes.said.borrow(), ["streams false"]);
    }

    #[actix_web::test]
    async fn requests_of_other_connections_are_left_alone() {
        let app = init_service(
            App::new()
                .wrap_fn(|mut request, next| {
                    watch(&mut request);
                    next.call(request)
                })
                .default_service(web::to(|body: Bytes| async move { HttpResponse::Ok().body(body) })),
        );
        let app = app.await;
        let answer = app.call(TestRequest::post().set_payload("whole").to_request()).await.expect("an answer");
        assert_eq!(actix_web::test::read_body(answer).await, "whole");
    }
}
