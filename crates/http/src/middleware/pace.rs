//! Requests are bounded by network, whatever endpoint they are for: how many may change something in a while, and how
//! many are worked on at the same time.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage as _};
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
    let held = enter(&mut request).await;
    let answer = next.call(request).await;
    // A body that nobody has read may live longer.
    held.and_then(|held| held.take());
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

/// Where a request keeps its place. It has none while its body is awaited.
type Held = Rc<RefCell<Option<Place>>>;

/// Waits until the request may be worked on. What a proxy asks for itself waits for nobody.
async fn enter(request: &mut ServiceRequest) -> Option<Held> {
    let options = request.app_data::<Data<HttpOptions>>()?;
    // They have to be answered whoever else asks for what.
    if PROBES.contains(&request.path()) {
        return None;
    }
    let network = client_network(request.request(), &options.trusted_proxies, options.forwarded_header)?;
    let all = options.in_progress.clone();
    let held: Held = Rc::new(RefCell::new(Some(all.clone().enter(network).await)));
    match request.take_payload() {
        Payload::None => {}
        payload => {
            let body = Yielding { payload, all, network, held: held.clone(), entering: None };
            request.set_payload(Payload::Stream { payload: Box::pin(body) });
        }
    }
    Some(held)
}

/// A body whose request gives its place to others while it is awaited, so that a client who sends nothing takes nothing.
struct Yielding {
    payload: Payload,
    all: Arc<InProgress>,
    network: Network,
    held: Held,
    entering: Option<Pin<Box<dyn Future<Output = Place>>>>,
}

impl Stream for Yielding {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.entering.is_none() {
            match Pin::new(&mut this.payload).poll_next(context) {
                Poll::Pending => {
                    this.held.take();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Ok(chunk))) => return Poll::Ready(Some(Ok(chunk))),
                // Nothing is worked on for a body that did not arrive.
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) if this.held.borrow().is_some() => return Poll::Ready(None),
                Poll::Ready(None) => {}
            }
        }
        let (all, network) = (&this.all, this.network);
        let entering = this.entering.get_or_insert_with(|| Box::pin(all.clone().enter(network)));
        let place = ready!(entering.as_mut().poll(context));
        this.entering = None;
        this.held.replace(Some(place));
        Poll::Ready(None)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt as _, StreamExt as _, stream};

    use super::*;

    fn body(chunks: impl Stream<Item = Result<Bytes, PayloadError>> + 'static, all: &Arc<InProgress>) -> Yielding {
        let network = Network::of([192, 0, 2, 1].into());
        let place = all.clone().enter(network).now_or_never().expect("a place");
        let payload: Pin<Box<dyn Stream<Item = _>>> = Box::pin(chunks);
        let payload = Payload::Stream { payload };
        Yielding { payload, all: all.clone(), network, held: Rc::new(RefCell::new(Some(place))), entering: None }
    }

    #[test]
    fn a_body_that_is_awaited_holds_nobody_up() {
        let all = InProgress::new(1);
        let chunk = || stream::iter([Ok(Bytes::from_static(b"{}"))]);
        let mut whole = body(chunk(), &all);
        assert_eq!(whole.by_ref().count().now_or_never(), Some(1));
        assert!(whole.held.take().is_some(), "it keeps its place");
        let (send, sent) = tokio::sync::oneshot::channel::<()>();
        let mut slow = body(chunk().chain(stream::once(sent).filter_map(|_| std::future::ready(None))), &all);
        assert!(slow.next().now_or_never().is_some() && slow.next().now_or_never().is_none());
        assert!(slow.held.borrow().is_none(), "it has given its place away");
        let other = body(chunk(), &all);
        drop(send);
        assert!(slow.next().now_or_never().is_none(), "the other one is worked on");
        drop(other);
        assert_eq!(slow.next().now_or_never().map(|end| end.is_none()), Some(true));
        assert!(slow.held.borrow().is_some());
    }
}
