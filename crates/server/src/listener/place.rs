//! What one connection tells all the others.

use std::cell::Cell;
use std::sync::Arc;

use auth_domain::origin::Network;

use super::connection::{Connection, Stage};
use super::connections::{Connections, MEMORY_OF_ONE};

/// What every connection has memory for already: the first bytes of a request, in bytes.
const USUAL_REQUEST: usize = 4096;
/// What every connection has memory for already: an answer of so many bytes.
const USUAL_ANSWER: usize = 8192;
/// The bytes of memory for each byte of an unusual request: what has arrived is collected in a buffer that grows by
/// doubling.
const MEMORY_OF_A_BYTE: usize = 2;

/// The bytes that are read from a client before it has been sent the answer to its request, unless they are a whole request
/// already: a request that waits takes many times its own bytes. The rest waits in the system.
const READ_AHEAD: usize = 4096;
/// The most bytes of a large answer whose buffer `actix-http` keeps for the next one.
const KEPT_FOR_ANSWERS: usize = 131_072;

/// How much of a request there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrived {
    /// Its end is still to come.
    Part,
    /// All of it.
    Whole,
    /// All of it, and something of the next one.
    More,
}

/// One connection on its own thread: what it tells all the others.
pub(crate) struct Place {
    pub(super) all: Arc<Connections>,
    pub(super) own: Arc<Connection>,
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
    pub(super) fn new(all: Arc<Connections>, own: Arc<Connection>) -> Self {
        let [received, largest_request, largest_answer, held, ahead] = [0; 5].map(Cell::new);
        let [streams, is_asked] = [false; 2].map(Cell::new);
        Self {
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
        }
    }

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

    pub(super) fn end_unfinished(&self) {
        if let Some(network) = self.unfinished.take() {
            self.all.remove_unfinished(network, &self.own);
        }
    }

    /// Bytes have arrived, of one request at most. Returns whether they are still wanted.
    pub(super) fn has_received(&self, bytes: usize, arrived: Arrived) -> bool {
        let before = self.own.has_received(self.all.now());
        let is_enough = arrived == Arrived::More || arrived == Arrived::Whole && before.is_answer();
        self.ahead.set(match before.is_answer() {
            _ if is_enough => READ_AHEAD,
            true => self.ahead.get() + bytes,
            false => 0,
        });
        match before {
            Stage::Closing => return false,
            Stage::ClosingIdle => {
                self.all.return_one(&self.own);
                self.count_memory(0);
            }
            _ => {}
        }
        self.count_received(bytes);
        true
    }

    pub(super) fn has_sent(&self, bytes: usize) {
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

    pub(super) fn is_sending(&self, bytes: usize) {
        self.own.is_sending(self.all.now());
        if bytes > USUAL_REQUEST {
            self.count_memory(MEMORY_OF_A_BYTE * bytes);
        }
    }

    /// The client does not take its answer: that counts for its network like a request that does not arrive. Of the
    /// clients behind a proxy nothing is known here.
    pub(super) fn is_owing(&self) {
        if self.unfinished.get().is_none()
            && let Some(network) = self.own.network
        {
            self.count_unfinished(network);
        }
    }

    /// Whether nothing more is to be read before the client has an answer.
    pub(super) fn is_full(&self) -> bool {
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
