//! A connection's stream, which says what the connection is doing.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use auth_domain::origin::Network;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::connection::{Connection, Stage};
use super::connections::{Connections, LONGEST_WAIT, MEMORY_OF_ONE};
use super::offers::Offers;

/// What every connection has memory for already: the first bytes of a request, in bytes.
const USUAL_REQUEST: usize = 4096;
/// What every connection has memory for already: an answer of so many bytes.
const USUAL_ANSWER: usize = 8192;
/// The bytes of memory for each byte of an unusual request: what has arrived is collected in a buffer that grows by
/// doubling.
const MEMORY_OF_A_BYTE: usize = 2;

/// The most bytes that are read for one turn of a connection's task, so that others have theirs, and so that requests
/// which a client sends without waiting for answers are parsed a few at a time: each takes many times its own bytes.
const PIECE: usize = 4096;
/// The same while a body is awaited, whose length is known.
const PIECE_OF_A_BODY: usize = 8192;
/// The bytes that are read from a client before it has been sent the answer to its request. The rest waits in the system.
const READ_AHEAD: usize = 4096;
/// The bytes that are written in one turn of a connection's task.
const TURN_OF_AN_ANSWER: usize = 32_768;
/// How long a client may take nothing of an answer.
const LONGEST_STALL: Duration = Duration::from_secs(30);

/// How long an idle connection that was chosen to be closed still waits for a request. The runtime learns what has
/// arrived only when it asks the system, so that a request may be there of which the connection knows nothing yet.
const LAST_LOOK: Duration = Duration::from_millis(20);
/// The most bytes of a large answer whose buffer `actix-http` keeps for the next one.
const KEPT_FOR_ANSWERS: usize = 131_072;

/// One connection on its own thread: what it tells all the others.
pub(crate) struct Place {
    all: Arc<Connections>,
    own: Arc<Connection>,
    /// The network for which an unfinished request is counted.
    unfinished: Cell<Option<Network>>,
    /// The bytes that have arrived since the last answer.
    received: Cell<usize>,
    /// The bytes of the largest request so far, whose buffer may be kept for the next one.
    largest_request: Cell<usize>,
    /// The same of answers.
    largest_answer: Cell<usize>,
    /// Whether the answer is made piece by piece.
    streams: Cell<bool>,
    /// Whether the application has a request that it has not answered.
    is_asked: Cell<bool>,
    /// The bytes of the answer that is being sent, of which some are not yet in a buffer.
    held: Cell<usize>,
    /// The bytes that have arrived before there was an answer to what came before them.
    ahead: Cell<usize>,
}

impl Place {
    fn count_received(&self, bytes: usize) {
        let received = self.received.get().saturating_add(bytes);
        let was_usual = self.received.replace(received) <= USUAL_REQUEST;
        if received <= USUAL_REQUEST {
            return;
        }
        let in_memory = received.min(self.all.limits().longest_request);
        self.largest_request.set(self.largest_request.get().max(in_memory));
        self.count_memory(MEMORY_OF_A_BYTE * in_memory);
        if was_usual && let Some(network) = self.own.network {
            self.count_unfinished(network);
        }
    }

    /// Counts so much memory for what is under way, and what is kept and what every connection has besides.
    fn count_memory(&self, under_way: usize) {
        let kept = self.largest_answer.get() + self.held.get();
        self.all.count_memory(&self.own, MEMORY_OF_ONE + kept + under_way.max(self.largest_request.get()));
    }

    fn count_unfinished(&self, network: Network) {
        self.end_unfinished();
        self.unfinished.set(Some(network));
        self.all.add_unfinished(network, &self.own);
    }

    fn end_unfinished(&self) {
        if let Some(network) = self.unfinished.take() {
            self.all.remove_unfinished(network, &self.own);
        }
    }

    /// Bytes have arrived. Returns whether a request begins with them, or `None` if they are no longer wanted.
    fn has_received(&self, bytes: usize) -> Option<bool> {
        let before = self.own.has_received(self.all.now());
        self.ahead.set(if before.is_answer() { self.ahead.get() + bytes } else { 0 });
        match before {
            Stage::Closing => return None,
            Stage::ClosingIdle => {
                self.all.return_one(&self.own);
                self.count_memory(0);
            }
            _ => {}
        }
        self.count_received(bytes);
        Some(matches!(before, Stage::Idle | Stage::ClosingIdle))
    }

    fn has_sent(&self, bytes: usize) {
        let then = if self.streams.get() || self.is_asked.get() { Stage::Answering } else { Stage::Idle };
        let before = self.own.has_sent(self.all.now(), then);
        let is_largest = bytes > self.largest_answer.get().max(USUAL_ANSWER);
        if is_largest {
            self.largest_answer.set(bytes.min(KEPT_FOR_ANSWERS));
        }
        if matches!(before, Stage::Answering | Stage::Sending | Stage::Receiving) {
            if self.received.replace(0) > USUAL_REQUEST || before == Stage::Sending || is_largest {
                self.count_memory(0);
            }
            self.end_unfinished();
            if self.all.is_crowded() {
                self.all.make_room();
            }
        }
    }

    fn is_sending(&self, bytes: usize) {
        self.own.is_sending(self.all.now());
        if bytes > USUAL_REQUEST {
            self.count_memory(MEMORY_OF_A_BYTE * bytes);
        }
    }

    /// The client does not take its answer: that counts for its network like a request that does not arrive. Of the
    /// clients behind a proxy nothing is known here.
    fn is_owing(&self) {
        if self.unfinished.get().is_none()
            && let Some(network) = self.own.network
        {
            self.count_unfinished(network);
        }
    }

    /// Whether nothing more is to be read before the client has an answer.
    fn is_full(&self) -> bool {
        self.own.seen().stage().is_answer() && self.ahead.get() >= READ_AHEAD
    }
}

impl auth_http::Connection for Place {
    fn awaits_body(&self, network: Option<Network>) {
        self.own.awaits_body(self.all.now());
        match network {
            Some(network) => self.count_unfinished(network),
            None => self.end_unfinished(),
        }
        // What waited for the answer to this request may be its body.
        if self.ahead.take() >= READ_AHEAD {
            self.own.task.wake();
        }
    }

    fn gave_up(&self) -> bool {
        self.own.is_over()
    }

    fn has_request(&self) {
        self.is_asked.set(true);
        self.own.has_request(self.all.now());
        self.end_unfinished();
    }

    fn has_answer(&self, bytes: usize) {
        self.is_asked.set(false);
        if self.held.replace(bytes) != bytes {
            self.count_memory(0);
        }
    }

    fn streams(&self, is_streaming: bool) {
        self.streams.set(is_streaming);
        if !is_streaming && self.held.take() > 0 {
            self.count_memory(0);
        }
    }
}

/// The stream of an admitted connection. It fails when the connection is to end for the sake of others.
pub(crate) struct CountedStream<T> {
    io: T,
    place: Rc<Place>,
    /// Where in its requests offers are made unreadable.
    offers: Offers,
    /// How often in a row reading has let other tasks go first.
    waited: u8,
    /// Ends when an idle connection that was chosen to be closed has waited for a request for the last time.
    last_look: Option<Pin<Box<Sleep>>>,
    /// Whether a whole piece was read in this turn, so that the next one is for the next turn.
    has_read: bool,
    /// Whether reading waits until the client has an answer.
    waits_for_answer: bool,
    /// The bytes that were written in this turn.
    written: usize,
    /// Ends when the client has taken nothing of an answer for too long.
    stall: Option<Pin<Box<Sleep>>>,
}

impl<T> CountedStream<T> {
    pub(super) fn new(io: T, all: Arc<Connections>, own: Arc<Connection>) -> Self {
        let [received, largest_request, largest_answer, held, ahead] = [0; 5].map(Cell::new);
        let [streams, is_asked] = [false; 2].map(Cell::new);
        let place = Place {
            all,
            own,
            unfinished: Cell::new(None),
            received,
            largest_request,
            largest_answer,
            streams,
            is_asked,
            held,
            ahead,
        };
        Self {
            io,
            place: Rc::new(place),
            offers: Offers::new(),
            waited: 0,
            last_look: None,
            has_read: false,
            waits_for_answer: false,
            written: 0,
            stall: None,
        }
    }

    /// What requests on this connection tell it.
    pub(super) fn place(&self) -> Rc<Place> {
        self.place.clone()
    }

    fn stage(&self) -> Stage {
        self.place.own.seen().stage()
    }

    fn poll_last_look(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.last_look.get_or_insert_with(|| Box::pin(sleep(LAST_LOOK))).as_mut().poll(context)
    }

    fn poll_stall(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.stall.get_or_insert_with(|| Box::pin(sleep(LONGEST_STALL))).as_mut().poll(context)
    }

    /// Whether memory is to be freed by other tasks before this one reads on.
    fn is_to_wait(&mut self) -> bool {
        let waits = self.waited < LONGEST_WAIT && self.place.all.is_exhausted() && !self.place.own.is_over();
        self.waited = if waits { self.waited + 1 } else { 0 };
        waits
    }
}

impl<T> Drop for CountedStream<T> {
    fn drop(&mut self) {
        self.place.end_unfinished();
        self.place.all.remove(&self.place.own);
    }
}

impl<T: AsyncRead + Unpin> CountedStream<T> {
    /// Reads one piece.
    fn poll_piece(&mut self, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let most = if self.stage() == Stage::AwaitingBody { PIECE_OF_A_BODY } else { PIECE };
        let mut piece = ReadBuf::new(into.initialize_unfilled_to(into.remaining().min(most)));
        let read = Pin::new(&mut self.io).poll_read(context, &mut piece)?;
        let (count, is_whole) = (piece.filled().len(), piece.remaining() == 0);
        into.advance(count);
        self.has_read = is_whole && count > 0;
        read.map(Ok)
    }
}

fn closed_for_others() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

impl<T: AsyncRead + Unpin> AsyncRead for CountedStream<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.written = 0;
        if std::mem::take(&mut self.has_read) || self.is_to_wait() {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.waits_for_answer = self.place.is_full();
        let before = into.filled().len();
        let read = if self.waits_for_answer { Poll::Pending } else { self.poll_piece(context, into)? };
        if read.is_ready() {
            self.last_look = None;
            let arrived = into.filled_mut().get_mut(before..).unwrap_or_default();
            if !arrived.is_empty() {
                let begins = self.place.has_received(arrived.len()).ok_or_else(closed_for_others)?;
                self.offers.hide(begins, arrived);
            }
            return Poll::Ready(Ok(()));
        }
        // First this, so that nobody closes the connection unnoticed.
        self.place.own.task.register(context.waker());
        match self.stage() {
            Stage::Closing => Poll::Ready(Err(closed_for_others())),
            Stage::ClosingIdle => self.poll_last_look(context).map(|()| Err(closed_for_others())),
            _ => Poll::Pending,
        }
    }
}

impl<T> CountedStream<T> {
    /// Waits for the client to take what there is to send, but not for ever.
    fn poll_taken(&mut self, context: &mut Context<'_>, bytes: usize) -> Poll<io::Result<usize>> {
        self.place.is_sending(bytes);
        self.place.is_owing();
        // First this, so that nobody closes the connection unnoticed.
        self.place.own.task.register(context.waker());
        if self.stage() == Stage::Closing {
            return Poll::Ready(Err(closed_for_others()));
        }
        self.poll_stall(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for CountedStream<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.stage() == Stage::Closing {
            return Poll::Ready(Err(closed_for_others()));
        }
        if self.written >= TURN_OF_AN_ANSWER {
            self.written = 0;
            self.place.is_sending(bytes.len());
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let written = Pin::new(&mut self.io).poll_write(context, bytes)?;
        let Poll::Ready(count) = written else { return self.poll_taken(context, bytes.len()) };
        self.written += count;
        self.stall = None;
        if count < bytes.len() {
            self.place.is_sending(bytes.len() - count);
        } else {
            self.place.has_sent(count);
            if self.waits_for_answer && self.stage() == Stage::Idle {
                context.waker().wake_by_ref();
            }
        }
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.stage() == Stage::Closing {
            return Poll::Ready(Err(closed_for_others()));
        }
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
