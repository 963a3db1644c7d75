//! All connections of one listener: who is admitted, and who is closed for others.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auth_domain::origin::Network;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::closing::Closing;
use super::connection::{Connection, Seen, Tally};
use super::limits::ConnectionLimits;
use super::report::Report;

/// What is counted for every connection: the task with its buffers, as measured.
pub(super) const MEMORY_OF_ONE: usize = 24 * 1024;

/// How many times as much a network with its neighbours may have (IPv4 /24, IPv6 /48), which may be one customer's.
const NEIGHBOURS: usize = 4;

/// How often in a row taking something in lets other tasks go first while memory is to be freed. It is not for ever,
/// since they may depend on what is taken in.
pub(super) const LONGEST_WAIT: u8 = 16;

/// The connections of one listener.
///
/// Connections say what they are doing in atomics of their own, so that requests take no lock. Only who comes, goes or
/// sends an unusual request takes the lock of the table. Near a limit the table is searched for connections to close,
/// several at a time, so that the search costs each newcomer little.
pub(crate) struct Connections {
    limits: ConnectionLimits,
    began: Instant,
    /// Those that are not about to end. What is counted elsewhere may be subtracted before it was added, so numbers may
    /// be below zero for a moment.
    count: Tally,
    /// Bytes of those that are not about to end.
    memory: AtomicIsize,
    /// Bytes of those that are.
    to_free: AtomicIsize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    /// By the widest network of the peer; `None` are trusted proxies.
    of_network: HashMap<Option<Network>, Neighbours>,
    /// Unfinished requests, and answers that are not taken, with the network that they come from, the oldest first, by the
    /// widest network around it. Only those that have waited, or are larger than usual.
    unfinished: HashMap<Network, Vec<(Network, Arc<Connection>)>>,
    report: Report,
}

/// The connections of one network and of those around it.
#[derive(Default)]
struct Neighbours {
    connections: Vec<Arc<Connection>>,
    /// How many of them are not about to end.
    count: Tally,
    /// The same by network. There are so many newcomers in a flood that they cannot be counted for each of them.
    counts: HashMap<Option<Network>, Tally>,
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            began: Instant::now(),
            count: Tally::default(),
            memory: AtomicIsize::new(0),
            to_free: AtomicIsize::new(0),
            table: Mutex::default(),
        })
    }

    /// Microseconds since the listener began.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX >> 3)
    }

    pub(super) fn limits(&self) -> &ConnectionLimits {
        &self.limits
    }

    /// Takes in a connection from this address. Returns nothing if its network has as many as it may have, and all of
    /// them are being answered.
    pub(super) fn admit(&self, peer: IpAddr, closing: &Arc<Closing>) -> Option<Arc<Connection>> {
        let network = (!self.limits.is_trusted(peer)).then(|| Network::of(peer));
        let mut table = self.table();
        let admitted = self.has_place(&mut table, network);
        if !admitted {
            table.report.refused += 1;
        } else if self.is_crowded_with(1) {
            self.make_room_in(&mut table);
        }
        let connection = admitted.then(|| {
            let neighbours = table.of_network.entry(network.map(Network::widest)).or_default();
            let tallies = [neighbours.count.clone(), neighbours.counts.entry(network).or_default().clone()];
            let connection = Arc::new(Connection::new(network, tallies, closing.clone(), self.now()));
            connection.place.store(neighbours.connections.len(), Ordering::Relaxed);
            neighbours.connections.push(connection.clone());
            self.count(&connection, 1);
            connection
        });
        self.tell(table);
        if let Some(connection) = &connection {
            self.count_memory(connection, MEMORY_OF_ONE);
        }
        connection
    }

    /// Whether the network may have one more connection, after closing some of its own or its neighbours' if need be.
    fn has_place(&self, table: &mut Table, network: Option<Network>) -> bool {
        let limit = self.limits.per_network;
        let Table { of_network, report, .. } = table;
        let neighbours = network.and_then(|network| of_network.get(&Some(network.widest())));
        let Some(neighbours) = neighbours else { return true };
        let is_full = neighbours.counts.get(&network).is_some_and(|own| own.get() >= limit);
        if !is_full && neighbours.count.get() < limit.saturating_mul(NEIGHBOURS) {
            return true;
        }
        let counted = neighbours.connections.iter().filter(|one| !is_full || one.network == network);
        let wanted = part_of(limit);
        let mut closed = 0;
        close_first(counted, self.now(), report, |one, seen| {
            closed += usize::from(self.close(one, seen));
            closed < wanted
        });
        closed > 0
    }

    /// A connection has ended.
    pub(super) fn remove(&self, connection: &Connection) {
        let mut table = self.table();
        if !connection.is_over() {
            self.count(connection, -1);
        }
        let network = connection.network.map(Network::widest);
        let Some(Neighbours { connections, counts, .. }) = table.of_network.get_mut(&network) else { return };
        let place = connection.place.load(Ordering::Relaxed);
        connections.swap_remove(place);
        if let Some(moved) = connections.get(place) {
            moved.place.store(place, Ordering::Relaxed);
        }
        if connections.is_empty() {
            table.of_network.remove(&network);
        } else if counts.get(&connection.network).is_some_and(Tally::is_of_one) {
            counts.remove(&connection.network);
        }
        drop(table);
        self.count_memory(connection, 0);
        self.count_freed(connection);
    }

    /// A connection that was to end goes on, because a request arrived before its task noticed.
    pub(super) fn return_one(&self, connection: &Connection) {
        self.count(connection, 1);
        self.count_freed(connection);
    }

    fn count(&self, connection: &Connection, more: isize) {
        self.count.add(more);
        for tally in &connection.tallies {
            tally.add(more);
        }
    }

    fn count_freed(&self, connection: &Connection) {
        let freed = connection.to_free.swap(0, Ordering::Relaxed);
        self.to_free.fetch_sub(freed.cast_signed(), Ordering::Relaxed);
    }

    /// Whether so much memory is still to be freed by connections that have been closed that taking in anything more
    /// has to wait for them.
    pub(super) fn is_exhausted(&self) -> bool {
        let to_free = usize::try_from(self.to_free.load(Ordering::Relaxed)).unwrap_or(0);
        self.memory() + to_free > self.limits.memory + self.limits.memory / 8
    }

    /// Whether so few places are left that some have to be kept free.
    pub(super) fn is_crowded(&self) -> bool {
        self.is_crowded_with(0)
    }

    fn is_crowded_with(&self, newcomers: usize) -> bool {
        let limit = self.limits.connections;
        self.connections() + newcomers + part_of(limit) > limit
    }

    pub(super) fn connections(&self) -> usize {
        self.count.get()
    }

    pub(super) fn memory(&self) -> usize {
        usize::try_from(self.memory.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// Whether nothing is kept of anybody.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        let table = self.table();
        table.of_network.is_empty() && table.unfinished.is_empty()
    }

    /// Lets connections that have been closed free their memory first.
    pub(super) async fn has_memory(&self) {
        for _ in 0..LONGEST_WAIT {
            if !self.is_exhausted() {
                return;
            }
            yield_now().await;
        }
    }

    /// Closes connections so that the next ones find a place.
    pub(super) fn make_room(&self) {
        let mut table = self.table();
        if self.is_crowded() {
            self.make_room_in(&mut table);
        }
        self.tell(table);
    }

    fn make_room_in(&self, table: &mut Table) {
        let Table { of_network, report, .. } = table;
        let mut wanted = part_of(self.limits.connections);
        close_first(all_of(of_network), self.now(), report, |one, seen| {
            wanted -= usize::from(self.close(one, seen));
            wanted > 0
        });
    }

    /// Counts this much memory for a connection from now on. If all of them have too much together, some are closed.
    pub(super) fn count_memory(&self, connection: &Connection, bytes: usize) {
        let before = connection.memory.swap(bytes, Ordering::Relaxed);
        self.memory.fetch_add(bytes.cast_signed() - before.cast_signed(), Ordering::Relaxed);
        if bytes > before && self.memory() > self.limits.memory {
            self.free_memory();
        }
    }

    fn free_memory(&self) {
        let mut table = self.table();
        let enough = self.limits.memory - self.limits.memory / 8;
        if self.memory() > self.limits.memory {
            let Table { of_network, report, .. } = &mut *table;
            close_first(all_of(of_network), self.now(), report, |one, seen| {
                self.close(one, seen);
                self.memory() > enough
            });
        }
        self.tell(table);
    }

    /// Counts an unfinished request for a network. If it or its neighbours have as many as they may have, the oldest are
    /// closed.
    pub(super) fn add_unfinished(&self, network: Network, connection: &Arc<Connection>) {
        let limit = self.limits.unfinished_per_network;
        let mut table = self.table();
        let Table { unfinished, report, .. } = &mut *table;
        let neighbours = unfinished.entry(network.widest()).or_default();
        if neighbours.len() >= limit {
            neighbours.retain(|(_, one)| one.is_unfinished());
        }
        let own = neighbours.iter().filter(|(of, _)| *of == network).count();
        let of_own = neighbours.iter().filter(|(of, _)| *of == network).take((own + 1).saturating_sub(limit));
        let of_all = (neighbours.len() + 1).saturating_sub(limit.saturating_mul(NEIGHBOURS));
        for (_, one) in of_own.chain(neighbours.iter().take(of_all)) {
            let seen = one.seen();
            if self.close(one, seen) {
                report.count(seen.stage());
            }
        }
        neighbours.push((network, connection.clone()));
        self.tell(table);
    }

    /// The request is unfinished no longer.
    pub(super) fn remove_unfinished(&self, network: Network, connection: &Arc<Connection>) {
        let mut table = self.table();
        let widest = network.widest();
        let Some(neighbours) = table.unfinished.get_mut(&widest) else { return };
        neighbours.retain(|(_, one)| !Arc::ptr_eq(one, connection));
        if neighbours.is_empty() {
            table.unfinished.remove(&widest);
        }
    }

    /// Closes a connection, if it is still doing what it was seen doing. It counts no longer.
    fn close(&self, connection: &Arc<Connection>, seen: Seen) -> bool {
        let closed = connection.close(seen);
        if closed {
            self.count(connection, -1);
            let bytes = connection.memory.swap(0, Ordering::Relaxed);
            self.memory.fetch_sub(bytes.cast_signed(), Ordering::Relaxed);
            self.to_free.fetch_add(bytes.cast_signed(), Ordering::Relaxed);
            connection.to_free.fetch_add(bytes, Ordering::Relaxed);
            connection.closing.add(connection.task.clone());
        }
        closed
    }

    /// Lets go of the table, and tells the operator from time to time what was closed.
    fn tell(&self, mut table: MutexGuard<'_, Table>) {
        let due = table.report.take_due(Instant::now());
        drop(table);
        if let Some(due) = due {
            due.log(self.connections(), self.memory());
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn all_of(networks: &HashMap<Option<Network>, Neighbours>) -> impl Iterator<Item = &Arc<Connection>> {
    networks.values().flat_map(|neighbours| &neighbours.connections)
}

/// How much of a limit is kept free, and closed at once: few enough to harm few, and many enough to search rarely.
fn part_of(limit: usize) -> usize {
    (limit / 32).max(1)
}

/// Offers connections to be closed, first idle ones and then unfinished requests, the oldest first, for as long as more
/// are wanted.
fn close_first<'a>(
    connections: impl IntoIterator<Item = &'a Arc<Connection>>,
    now: u64,
    report: &mut Report,
    mut close: impl FnMut(&'a Arc<Connection>, Seen) -> bool,
) {
    let ranked = |one: &'a Arc<Connection>| {
        let seen = one.seen();
        Some((seen.rank(now)?, seen, one))
    };
    let mut all: Vec<_> = connections.into_iter().filter_map(ranked).collect();
    all.sort_unstable_by_key(|(rank, ..)| *rank);
    for (_, seen, one) in all {
        let goes_on = close(one, seen);
        if one.is_over() {
            report.count(seen.stage());
        }
        if !goes_on {
            break;
        }
    }
}
