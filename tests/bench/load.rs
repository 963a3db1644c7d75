//! Requests, cheaply: threads with a connection each, and no more parsing than needed.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;

const PATIENCE: Duration = Duration::from_secs(60);

/// A connection that is kept.
pub(crate) struct Client {
    stream: TcpStream,
    received: Vec<u8>,
    body: usize,
}

impl Client {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, received: Vec::with_capacity(4096), body: 0 })
    }

    /// Sends a request and gives the status of its answer.
    pub(crate) fn call(&mut self, request: &[u8]) -> Result<u16, Failure> {
        self.received.clear();
        self.stream.write_all(request)?;
        let mut chunk = [0; 4096];
        loop {
            if let Some(status) = self.complete() {
                return Ok(status);
            }
            match self.stream.read(&mut chunk)? {
                0 => return Err("the server closed the connection".into()),
                count => self.received.extend_from_slice(&chunk[..count]),
            }
        }
    }

    fn complete(&mut self) -> Option<u16> {
        let end = self.received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = std::str::from_utf8(&self.received[..end]).ok()?;
        let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
        let status = head.get(9..12)?.parse().ok()?;
        self.body = end;
        (self.received.len() >= end + length).then_some(status)
    }

    /// The body of the last answer.
    pub(crate) fn body(&self) -> &[u8] {
        &self.received[self.body..]
    }
}

pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").into()
}

pub(crate) fn get_as(access_token: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {access_token}\r\n\r\n").into()
}

pub(crate) fn post(path: &str, body: &str) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n");
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into()
}

/// How long answers took, shortest first.
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    fn of(mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self(latencies)
    }

    /// In milliseconds; `share` of all answers came sooner.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let rank = (self.0.len() as f64 * share) as usize;
        self.0.get(rank.min(self.0.len().saturating_sub(1))).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Sends the requests of all `numbers`, over as many connections as told; each must be answered 200.
/// Gives the answers a second and how long each took.
pub(crate) fn drive(
    address: SocketAddr,
    connections: usize,
    numbers: std::ops::Range<u64>,
    request: impl Fn(u64) -> Vec<u8> + Sync,
) -> Result<(f64, Latencies), Failure> {
    let next = AtomicU64::new(numbers.start);
    let worker = || -> Result<Vec<Duration>, Failure> {
        let mut client = Client::open(address)?;
        let mut latencies = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                return Ok(latencies);
            }
            latencies.push(timed(&mut client, &request(number))?);
        }
    };
    let started = Instant::now();
    let latencies = thread::scope(|scope| {
        let workers: Vec<_> = (0..connections).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().map_err(|_| "a worker panicked")?).collect::<Result<Vec<_>, _>>()
    })?;
    let elapsed = started.elapsed().as_secs_f64();
    let latencies = Latencies::of(latencies.concat());
    Ok((latencies.len() as f64 / elapsed, latencies))
}

/// Sends one request, which must be answered 200, on a connection of its own.
pub(crate) fn called(address: SocketAddr, request: &[u8]) -> Result<(), Failure> {
    timed(&mut Client::open(address)?, request).map(drop)
}

fn timed(client: &mut Client, request: &[u8]) -> Result<Duration, Failure> {
    let started = Instant::now();
    match client.call(request)? {
        200 => Ok(started.elapsed()),
        status => Err(format!("{status}: {}", String::from_utf8_lossy(client.body())).into()),
    }
}

/// Sends `rate` requests a second for a while, whether or not earlier ones have been answered. Latencies count from
/// the instant at which a request was due, so that a stall is seen by all that it delays.
pub(crate) fn pace(
    address: SocketAddr,
    connections: u32,
    rate: f64,
    span: Duration,
    request: impl Fn(u64) -> Vec<u8> + Sync,
) -> Result<Latencies, Failure> {
    let started = Instant::now();
    let pause = Duration::from_secs_f64(f64::from(connections) / rate);
    let worker = |index: u32| -> Result<Vec<Duration>, Failure> {
        let mut client = Client::open(address)?;
        let mut latencies = Vec::new();
        let mut due = started + pause * index / connections;
        while due < started + span {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            timed(&mut client, &request(latencies.len() as u64 * u64::from(connections) + u64::from(index)))?;
            latencies.push(due.elapsed());
            due += pause;
        }
        Ok(latencies)
    };
    let worker = &worker;
    let latencies = thread::scope(|scope| {
        let workers: Vec<_> = (0..connections).map(|index| scope.spawn(move || worker(index))).collect();
        workers.into_iter().map(|worker| worker.join().map_err(|_| "a worker panicked")?).collect::<Result<Vec<_>, _>>()
    })?;
    Ok(Latencies::of(latencies.concat()))
}

/// Sends a request now and then, on one connection, until told to stop.
pub(crate) fn probe(
    address: SocketAddr,
    pause: Duration,
    stop: &AtomicBool,
    mut request: impl FnMut() -> Vec<u8>,
) -> Result<Latencies, Failure> {
    let mut client = Client::open(address)?;
    let mut latencies = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        latencies.push(timed(&mut client, &request())?);
        thread::sleep(pause);
    }
    Ok(Latencies::of(latencies))
}
