//! Requests are bounded by network, whatever endpoint they are for: how many may change something in a while, and how
//! many are worked on at the same time.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage as _};
use auth_application::kit::{Turn, with_turn};
use auth_domain::origin::Network;
use futures_util::Stream;

use crate::HttpOptions;
use crate::error::{ApiError, ErrorName};
use crate::extract::{client_network, network_of};
use crate::in_progress::{InProgress, Place};
use crate::upkeep::PROBES;

/// What a POST reads, for other services, which may ask often.
const READING: [&str; 1] = ["/auth/v1/introspect"];

pub(crate) async fn pace<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if let Err(error) = admit(&request) {
        return Err(error.into());
    }
    let Some(held) = enter(&mut request).await else { return next.call(request).await };
    let answer = with_turn(held.clone(), next.call(request)).await;
    // A body that nobody has read may live longer.
    held.leave();
    answer
}

fn admit(request: &ServiceRequest) -> Result<(), ApiError> {
    let is_safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if is_safe || READING.contains(&request.path()) {
        return Ok(());
    }
    let Some(options) = request.app_data::<Data<HttpOptions>>() else { return Ok(()) };
    let Some(pace) = &options.pace else { return Ok(()) };
    pace.admit(network_of(request.request(), &options.trusted_proxies, options.forwarded_header)).map_err(|after| {
        ApiError::new(ErrorName::ResourceExhausted, "too many requests: try again later").retry_after(after)
    })
}

/// A request of a network, which keeps its place here. It has none while its body is awaited, and while it waits for
/// something other than what everybody shares.
struct Held {
    all: Arc<InProgress>,
    network: Network,
    place: Mutex<Option<Place>>,
}

impl Held {
    fn place(&self) -> MutexGuard<'_, Option<Place>> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_place(&self) -> bool {
        self.place().is_some()
    }

    async fn enter(self: Arc<Self>) {
        let place = self.all.clone().enter(self.network).await;
        *self.place() = Some(place);
    }
}

impl Turn for Held {
    fn leave(&self) {
        // Outside the lock, because others are let in.
        let place = self.place().take();
        drop(place);
    }

    fn come_back(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(self.enter())
    }
}

/// Waits until the request may be worked on. What a proxy asks for itself waits for nobody.
async fn enter(request: &mut ServiceRequest) -> Option<Arc<Held>> {
    let options = request.app_data::<Data<HttpOptions>>()?;
    // They have to be answered whoever else asks for what.
    if PROBES.contains(&request.path()) {
        return None;
    }
    let network = client_network(request.request(), &options.trusted_proxies, options.forwarded_header)?;
    let held = Arc::new(Held { all: options.in_progress.clone(), network, place: Mutex::default() });
    held.clone().enter().await;
    match request.take_payload() {
        Payload::None => {}
        payload => {
            let body = Yielding { payload, held: held.clone(), entering: None };
            request.set_payload(Payload::Stream { payload: Box::pin(body) });
        }
    }
    Some(held)
}

/// A body whose request gives its place to others while it is awaited, so that a client who sends nothing takes nothing.
struct Yielding {
    payload: Payload,
    held: Arc<Held>,
    entering: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Stream for Yielding {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.entering.is_none() {
            match Pin::new(&mut this.payload).poll_next(context) {
                Poll::Pending => {
                    this.held.leave();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Ok(chunk))) => return Poll::Ready(Some(Ok(chunk))),
                // Nothing is worked on for a body that did not arrive.
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) if this.held.has_place() => return Poll::Ready(None),
                Poll::Ready(None) => {}
            }
        }
        let held = &this.held;
        let entering = this.entering.get_or_insert_with(|| Box::pin(held.clone().enter()));
        ready!(entering.as_mut().poll(context));
        this.entering = None;
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, StreamExt as _, stream};

    use super::*;

    fn body(chunks: impl Stream<Item = Result<Bytes, PayloadError>> + 'static, all: &Arc<InProgress>) -> Yielding {
        let held = held(all);
        held.clone().enter().now_or_never().expect("a place");
        let payload: Pin<Box<dyn Stream<Item = _>>> = Box::pin(chunks);
        let payload = Payload::Stream { payload };
        Yielding { payload, held, entering: None }
    }

    fn held(all: &Arc<InProgress>) -> Arc<Held> {
        let network = Network::of([192, 0, 2, 1].into());
        Arc::new(Held { all: all.clone(), network, place: Mutex::default() })
    }

    #[test]
    fn a_request_that_stands_aside_holds_nobody_up() {
        let all = InProgress::new(1);
        let [waits, other] = [0; 2].map(|_| held(&all));
        waits.clone().enter().now_or_never().expect("a place");
        assert!(other.clone().enter().now_or_never().is_none(), "one at a time");
        waits.leave();
        other.clone().enter().now_or_never().expect("it has been left");
        let mut back = waits.clone().come_back();
        assert!((&mut back).now_or_never().is_none(), "it waits for the other");
        other.leave();
        assert!(back.now_or_never().is_some() && waits.has_place());
        waits.leave();
        assert!(held(&all).enter().now_or_never().is_some(), "nothing is kept of either");
    }

    #[test]
    fn a_body_that_is_awaited_holds_nobody_up() {
        let all = InProgress::new(1);
        let chunk = || stream::iter([Ok(Bytes::from_static(b"{}"))]);
        let mut whole = body(chunk(), &all);
        assert_eq!(whole.by_ref().count().now_or_never(), Some(1));
        assert!(whole.held.has_place(), "it keeps its place");
        whole.held.leave();
        let (send, sent) = tokio::sync::oneshot::channel::<()>();
        let mut slow = body(chunk().chain(stream::once(sent).filter_map(|_| std::future::ready(None))), &all);
        assert!(slow.next().now_or_never().is_some() && slow.next().now_or_never().is_none());
        assert!(!slow.held.has_place(), "it has given its place away");
        let other = body(chunk(), &all);
        drop(send);
        assert!(slow.next().now_or_never().is_none(), "the other one is worked on");
        drop(other);
        assert_eq!(slow.next().now_or_never().map(|end| end.is_none()), Some(true));
        assert!(slow.held.has_place());
    }
}
