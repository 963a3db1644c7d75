//! A connection's stream, which says what the connection is doing.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::connection::{Connection, Stage};
use super::connections::{Connections, LONGEST_WAIT};
use super::place::{Arrived, Place};
use super::requests::Requests;

/// The most bytes that are read for one turn of a connection's task, so that others have theirs.
const PIECE: usize = 4096;
/// The same while a body is awaited, whose length is known.
const PIECE_OF_A_BODY: usize = 8192;
/// The bytes that are written in one turn of a connection's task.
const TURN_OF_AN_ANSWER: usize = 32_768;
/// How long a client may take nothing of an answer.
const LONGEST_STALL: Duration = Duration::from_secs(30);

/// How long an idle connection that was chosen to be closed still waits for a request. The runtime learns what has
/// arrived only when it asks the system, so that a request may be there of which the connection knows nothing yet.
const LAST_LOOK: Duration = Duration::from_millis(20);

/// The stream of an admitted connection. It fails when the connection is to end for the sake of others.
pub(crate) struct CountedStream<T> {
    io: T,
    place: Rc<Place>,
    requests: Requests,
    /// What has been read of the next requests, which wait until this one has been answered.
    next: Vec<u8>,
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
        Self {
            io,
            place: Rc::new(Place::new(all, own)),
            requests: Requests::new(),
            next: Vec::new(),
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
        if !self.next.is_empty() {
            let later = self.next.split_off(self.next.len().min(into.remaining()));
            into.put_slice(&std::mem::replace(&mut self.next, later));
            return Poll::Ready(Ok(()));
        }
        let most = if self.stage() == Stage::AwaitingBody { PIECE_OF_A_BODY } else { PIECE };
        let mut piece = ReadBuf::new(into.initialize_unfilled_to(into.remaining().min(most)));
        let read = Pin::new(&mut self.io).poll_read(context, &mut piece)?;
        let (count, is_whole) = (piece.filled().len(), piece.remaining() == 0);
        into.advance(count);
        self.has_read = is_whole && count > 0;
        read.map(Ok)
    }
}

impl<T> CountedStream<T> {
    /// Leaves no more than one request of what has arrived behind this many bytes; the rest is kept for later turns. Returns
    /// whether it is still wanted.
    fn take_one(&mut self, before: usize, into: &mut ReadBuf<'_>) -> bool {
        let begins = matches!(self.stage(), Stage::Idle | Stage::ClosingIdle);
        let bytes = into.filled_mut().get_mut(before..).unwrap_or_default();
        let (count, arrived) = match self.requests.read(begins, bytes) {
            None => (bytes.len(), Arrived::Part),
            Some(end) if end == bytes.len() && self.next.is_empty() => (end, Arrived::Whole),
            Some(end) => (end, Arrived::More),
        };
        if arrived == Arrived::More {
            self.next.splice(..0, bytes.get(count..).unwrap_or_default().iter().copied());
            into.set_filled(before + count);
            self.has_read = true;
        }
        self.place.has_received(count, arrived)
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
            let wanted = into.filled().len() == before || self.take_one(before, into);
            return Poll::Ready(if wanted { Ok(()) } else { Err(closed_for_others()) });
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
