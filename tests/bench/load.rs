//! A cheap HTTP client, which parses no more than needed.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};
use serde_json::Value;

use crate::Failure;

const PATIENCE: Duration = Duration::from_secs(60);

/// A connection that is kept open.
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

    /// Sends a request, and returns the status of its answer.
    pub(crate) fn call(&mut self, request: &[u8]) -> Result<u16, Failure> {
        self.send(request)?;
        loop {
            if let Some(status) = self.receive()? {
                return Ok(status);
            }
        }
    }

    /// The access token of the answer to this request.
    pub(crate) fn access_token(&mut self, request: &[u8]) -> Result<String, Failure> {
        let status = self.call(request)?;
        let body: Value = serde_json::from_slice(self.body())?;
        let token = body["access_token"].as_str().map(str::to_owned);
        Ok(token.ok_or_else(|| format!("no access token: {status}"))?)
    }

    fn send(&mut self, request: &[u8]) -> Result<(), Failure> {
        self.received.clear();
        Ok(self.stream.write_all(request)?)
    }

    /// Reads what has arrived, and returns the status once the answer is complete.
    fn receive(&mut self) -> Result<Option<u16>, Failure> {
        let mut chunk = [0; 4096];
        match self.stream.read(&mut chunk)? {
            0 => Err("the server closed the connection".into()),
            count => {
                self.received.extend_from_slice(&chunk[..count]);
                Ok(self.complete())
            }
        }
    }

    fn expect(&self, expected: u16, status: u16) -> Result<(), Failure> {
        if status == expected {
            return Ok(());
        }
        Err(format!("{status}: {}", String::from_utf8_lossy(self.body())).into())
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
    post_with("", path, body)
}

/// As a proxy hands on what comes from this address.
pub(crate) fn post_from(network: &str, path: &str, body: &str) -> Vec<u8> {
    post_with(&format!("x-forwarded-for: {network}\r\n"), path, body)
}

fn post_with(headers: &str, path: &str, body: &str) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nhost: bench\r\n{headers}content-type: application/json\r\n");
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into()
}

/// How long answers took, the shortest first.
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn of(mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        Self(latencies)
    }

    /// The latency below which `share` of all answers stayed, in milliseconds.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let rank = (self.0.len() as f64 * share) as usize;
        self.0.get(rank.min(self.0.len().saturating_sub(1))).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Sends the requests of all `numbers` over the given number of connections; each must be answered 200.
/// Returns the answers per second, and how long each took.
pub(crate) fn drive(
    address: SocketAddr,
    connections: usize,
    numbers: Range<u64>,
    request: impl Fn(u64) -> Vec<u8>,
) -> Result<(f64, Latencies), Failure> {
    let requests: Vec<_> = numbers.map(request).collect();
    drive_all(address, connections, &requests, |_, _| Ok(()))
}

/// Sends the requests over the given number of connections; each must be answered 200. `answered` receives the index
/// of each request with the body of its answer. Returns the answers per second, and how long each took.
///
/// This uses one thread, and the requests are made beforehand, because what is measured shares its processors with it.
pub(crate) fn drive_all(
    address: SocketAddr,
    connections: usize,
    requests: &[Vec<u8>],
    mut answered: impl FnMut(usize, &[u8]) -> Result<(), Failure>,
) -> Result<(f64, Latencies), Failure> {
    let mut waiting = requests.iter().enumerate();
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut clients = Vec::with_capacity(connections);
    for index in 0..connections {
        let client = Client::open(address)?;
        let token = epoll::EventData::new_u64(index as u64);
        epoll::add(&poll, &client.stream, token, epoll::EventFlags::IN)?;
        clients.push((client, 0, Instant::now()));
    }
    let mut latencies = Vec::with_capacity(requests.len());
    let started = Instant::now();
    for ((client, sent, at), (index, request)) in clients.iter_mut().zip(&mut waiting) {
        (*sent, *at) = (index, Instant::now());
        client.send(request)?;
    }
    let mut events = Vec::with_capacity(connections);
    while latencies.len() < requests.len() {
        epoll::wait(
            &poll,
            spare_capacity(&mut events),
            Some(&Timespec { tv_sec: PATIENCE.as_secs() as i64, tv_nsec: 0 }),
        )?;
        if events.is_empty() {
            return Err("the server does not answer".into());
        }
        for event in events.drain(..) {
            let (client, sent, at) = &mut clients[event.data.u64() as usize];
            let Some(status) = client.receive()? else { continue };
            client.expect(200, status)?;
            latencies.push(at.elapsed());
            answered(*sent, client.body())?;
            if let Some((index, request)) = waiting.next() {
                (*sent, *at) = (index, Instant::now());
                client.send(request)?;
            }
        }
    }
    let elapsed = started.elapsed().as_secs_f64();
    let latencies = Latencies::of(latencies);
    Ok((latencies.len() as f64 / elapsed, latencies))
}

/// What [`flood`] counts where a connection was closed before there was an answer.
pub(crate) const CLOSED: u16 = 0;

/// Sends requests on so many connections, each as soon as the one before it is answered, whatever the answer, until told
/// to stop. A connection that is closed is opened again. Returns how often each status was answered.
///
/// It uses one thread, so that it takes no more of the processors than one attacker's machine would if it were this one.
pub(crate) fn flood(
    address: SocketAddr,
    connections: usize,
    request: impl Fn(u64) -> Vec<u8>,
    stop: &AtomicBool,
) -> Result<BTreeMap<u16, u64>, Failure> {
    let requests: Vec<_> = (0..connections as u64).map(request).collect();
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let begin = |index: usize| -> Result<Client, Failure> {
        let mut client = Client::open(address)?;
        epoll::add(&poll, &client.stream, epoll::EventData::new_u64(index as u64), epoll::EventFlags::IN)?;
        client.send(&requests[index])?;
        Ok(client)
    };
    let mut clients = (0..connections).map(begin).collect::<Result<Vec<_>, _>>()?;
    let (mut statuses, mut events) = (BTreeMap::new(), Vec::with_capacity(connections));
    while !stop.load(Ordering::Relaxed) {
        epoll::wait(&poll, spare_capacity(&mut events), Some(&Timespec { tv_sec: 1, tv_nsec: 0 }))?;
        for event in events.drain(..) {
            let index = event.data.u64() as usize;
            let client = &mut clients[index];
            let status = match client.receive() {
                Ok(None) => continue,
                Ok(Some(status)) => client.send(&requests[index]).map_or(CLOSED, |()| status),
                Err(_) => CLOSED,
            };
            *statuses.entry(status).or_default() += 1;
            if status == CLOSED {
                *client = begin(index)?;
            }
        }
    }
    Ok(statuses)
}

/// An answer of [`at_rate`].
pub(crate) struct Answered {
    /// [`CLOSED`] if the connection was closed instead.
    pub(crate) status: u16,
    /// How long after the first request.
    pub(crate) at: Duration,
    /// Since the request was due.
    pub(crate) latency: Duration,
}

/// The most connections of [`at_rate`].
const AT_ONCE: usize = 512;

/// Sends so many requests per second for a while, whatever the answers, each on a connection of its own as long as it is not
/// answered, and waits for the last ones. It uses one thread, for the same reason as [`flood`].
pub(crate) fn at_rate(
    address: SocketAddr,
    rate: f64,
    span: Duration,
    request: impl Fn(u64) -> Vec<u8>,
) -> Result<Vec<Answered>, Failure> {
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let open = |index: usize| -> Result<Client, Failure> {
        let client = Client::open(address)?;
        epoll::add(&poll, &client.stream, epoll::EventData::new_u64(index as u64), epoll::EventFlags::IN)?;
        Ok(client)
    };
    let (started, pause) = (Instant::now(), Duration::from_secs_f64(1.0 / rate));
    let (mut due, mut numbers) = (started, 0_u64..);
    let (mut clients, mut idle) = (Vec::<(Client, Instant)>::new(), Vec::new());
    let (mut answers, mut events) = (Vec::new(), Vec::with_capacity(AT_ONCE));
    while due < started + span || idle.len() < clients.len() {
        while due <= Instant::now() && due < started + span && (!idle.is_empty() || clients.len() < AT_ONCE) {
            let index = idle.pop().unwrap_or(clients.len());
            if index == clients.len() {
                clients.push((open(index)?, due));
            }
            let (client, since) = &mut clients[index];
            *since = due;
            client.send(&numbers.next().map(&request).unwrap_or_default())?;
            due += pause;
        }
        let nap =
            due.saturating_duration_since(Instant::now()).clamp(Duration::from_micros(100), Duration::from_millis(10));
        let nap = Timespec { tv_sec: 0, tv_nsec: nap.subsec_nanos().into() };
        epoll::wait(&poll, spare_capacity(&mut events), Some(&nap))?;
        for event in events.drain(..) {
            let index = event.data.u64() as usize;
            let (client, since) = &mut clients[index];
            let status = match client.receive() {
                Ok(None) => continue,
                Ok(Some(status)) => status,
                Err(_) => {
                    *client = open(index)?;
                    CLOSED
                }
            };
            answers.push(Answered { status, at: started.elapsed(), latency: since.elapsed() });
            idle.push(index);
        }
    }
    Ok(answers)
}

/// Sends one request, which must be answered 200, on a new connection.
pub(crate) fn called(address: SocketAddr, request: &[u8]) -> Result<(), Failure> {
    timed(&mut Client::open(address)?, request).map(drop)
}

fn timed(client: &mut Client, request: &[u8]) -> Result<Duration, Failure> {
    let started = Instant::now();
    let status = client.call(request)?;
    client.expect(200, status)?;
    Ok(started.elapsed())
}

/// Sends `rate` requests per second for a while, whether or not earlier ones have been answered. Latencies count from
/// the instant at which a request was due, so that a stall shows in all requests that it delays.
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

/// Sends a request from time to time, on one connection, until told to stop.
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
