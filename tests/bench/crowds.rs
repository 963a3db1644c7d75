//! One client, or everybody behind one proxy, opens as many connections as it can, and sends requests that do not end or
//! takes no answers. Others must be answered meanwhile, and the memory must stay within its bar.
//!
//! The crowd shares the processors with the server, and so does whoever asks for `/healthz`. So the asking thread goes
//! before others, where the system allows it. It asks a socket that does nothing but answer as well, and how long that takes
//! is printed beside: what both have in common is not the server's.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
use rustix::process::{Resource, Rlimit, getrlimit, setpriority_process, setrlimit};

use crate::load::{Latencies, get};
use crate::report::Report;
use crate::server::Server;
use crate::{Failure, database};

const FLOOD: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const OTHERS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
/// How long everything that was opened is held.
const SPAN: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_MEMORY: f64 = 150.0;
const LONGEST_ANSWER: f64 = 100.0;

/// What every connection of a flood sends.
struct Flood {
    name: &'static str,
    connections: usize,
    bytes: Vec<u8>,
}

fn floods() -> Vec<Flood> {
    let body = "POST /auth/v1/signin HTTP/1.1\r\nhost: bench\r\ncontent-length: 60000\r\n\r\n{\"username\":\"";
    let page = |path: &str| String::from_utf8_lossy(&get(path)).into_owned();
    let flood = |name, connections, bytes: String| Flood { name, connections, bytes: bytes.into() };
    vec![
        flood("10000 silent connections", 10_000, String::new()),
        flood("10000 idle connections", 10_000, page("/healthz")),
        flood("3000 half bodies", 3_000, format!("{body}{}", "a".repeat(50_000))),
        flood("3000 half heads", 3_000, format!("GET / HTTP/1.1\r\nx-padding: {}", "a".repeat(100_000))),
        flood("3000 untaken answers", 3_000, page("/openapi.json").repeat(8)),
        flood("3000 untaken pages", 3_000, page("/docs/docs.js").repeat(64)),
        flood("3000 times 5000 requests", 3_000, "GET / HTTP/1.1\r\n\r\n".repeat(5_000)),
    ]
}

pub(crate) fn measure(binary: &Path, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    let folder = folder.join("crowds");
    std::fs::create_dir(&folder)?;
    let database = database::Database::start(&folder)?;
    for (who, proxies) in [("of one client", ""), ("behind a proxy", "127.0.0.2")] {
        for flood in floods() {
            let proxies = [("AUTH__HTTP__TRUSTED_PROXIES", proxies.to_owned())];
            let server = Server::start_with(binary, &folder, &database.url(), &proxies)?;
            let Flooded { asked: Asked { latencies, of_a_socket, failures }, mebibytes } = endure(&server, &flood)?;
            let longest = Latencies::of(latencies.clone()).quantile(1.0);
            let what = format!("{} {who}", flood.name);
            let served = format!("{} of {}", latencies.len(), latencies.len() + failures);
            report.holds(&format!("{what}: others served"), served, "all", failures == 0 && !latencies.is_empty());
            report.at_most(&format!("{what}: longest /healthz"), longest, LONGEST_ANSWER, "ms");
            let socket = Latencies::of(of_a_socket);
            report.note("  of a socket that only answers, longest", format!("{:.1} ms", socket.quantile(1.0)));
            report.at_most(&format!("{what}: most memory"), mebibytes, MOST_MEMORY, "MiB");
            server.stop()?;
        }
    }
    Ok(())
}

/// What others met during a flood.
struct Flooded {
    asked: Asked,
    mebibytes: f64,
}

/// How long answers took.
#[derive(Default)]
struct Asked {
    latencies: Vec<Duration>,
    of_a_socket: Vec<Duration>,
    failures: usize,
}

fn endure(server: &Server, flood: &Flood) -> Result<Flooded, Failure> {
    let over = AtomicBool::new(false);
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let that_only_answers = socket.local_addr()?;
    thread::scope(|scope| {
        scope.spawn(|| only_answer(&socket, &over));
        let others = scope.spawn(|| others([server.address, that_only_answers], &over));
        let memory = scope.spawn(|| most_memory(server, &over));
        let held = hold(server.address, flood);
        thread::sleep(SPAN);
        over.store(true, Ordering::Relaxed);
        let asked = others.join().map_err(|_| "the others panicked")?;
        // For the last time, so that it notices.
        let _ = TcpStream::connect(that_only_answers);
        let mebibytes = memory.join().map_err(|_| "the observer panicked")??;
        held?;
        Ok(Flooded { asked, mebibytes })
    })
}

/// Opens all connections, without waiting for answers. The server may close them as it likes.
fn hold(address: SocketAddr, flood: &Flood) -> Result<Vec<TcpStream>, Failure> {
    let mut held = Vec::with_capacity(flood.connections);
    for _ in 0..flood.connections {
        let mut stream = open_from(FLOOD, address)?;
        stream.set_nonblocking(true)?;
        let _ = stream.write(&flood.bytes);
        held.push(stream);
    }
    Ok(held)
}

/// Asks from another address, on a new connection each time, whether the server is there, and then the socket.
fn others([server, socket]: [SocketAddr; 2], over: &AtomicBool) -> Asked {
    // Not everybody may.
    let _ = setpriority_process(None, -10);
    let mut asked = Asked::default();
    let time = |address| {
        let started = Instant::now();
        is_there(address).map(|()| started.elapsed())
    };
    while !over.load(Ordering::Relaxed) {
        match time(server) {
            Ok(latency) => asked.latencies.push(latency),
            Err(_) => asked.failures += 1,
        }
        asked.of_a_socket.extend(time(socket));
        thread::sleep(Duration::from_millis(10));
    }
    asked
}

/// Answers everybody at once, with one thread.
fn only_answer(socket: &TcpListener, over: &AtomicBool) {
    let mut request = [0; 256];
    while !over.load(Ordering::Relaxed) {
        let Ok((mut stream, _)) = socket.accept() else { return };
        if stream.read(&mut request).is_ok() {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
        }
    }
}

fn is_there(address: SocketAddr) -> Result<(), Failure> {
    let mut stream = open_from(OTHERS, address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 200 ") { Ok(()) } else { Err(answer.into()) }
}

fn most_memory(server: &Server, over: &AtomicBool) -> Result<f64, Failure> {
    let mut most: f64 = 0.0;
    while !over.load(Ordering::Relaxed) {
        most = most.max(server.resident_mebibytes()?);
        thread::sleep(Duration::from_millis(20));
    }
    Ok(most)
}

/// Opens a connection from an address of this machine.
fn open_from(from: Ipv4Addr, to: SocketAddr) -> Result<TcpStream, Failure> {
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    bind(&socket, &SocketAddrV4::new(from, 0))?;
    connect(&socket, &to)?;
    Ok(TcpStream::from(socket))
}
