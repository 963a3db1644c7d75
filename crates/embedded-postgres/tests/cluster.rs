//! Real clusters: what survives a stop, a kill and company.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as the tests do")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use auth_embedded_postgres::{Cluster, Durability, Error, Host, Options, Progress, shared_throwaway};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use tempfile::TempDir;

fn host() -> Host {
    Host::from_environment("pg-test")
}

fn throwaway(data_dir: &Path) -> Options {
    Options::new(data_dir, host()).durability(Durability::Throwaway)
}

fn durable(data_dir: &Path) -> Options {
    // As durable as it gets for the processes; only the disk is left out.
    Options::new(data_dir, host()).setting("fsync", "off")
}

fn data() -> (TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let path = fs::canonicalize(temp.path()).unwrap().join("data");
    (temp, path)
}

fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}

fn exists(pid: i32) -> bool {
    let zombie = fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "));
    test_kill_process(Pid::from_raw(pid).unwrap()).is_ok() && !zombie
}

fn eventually(what: &str, check: impl Fn() -> bool) {
    for _ in 0..300 {
        if check() {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("not within 30 s: {what}");
}

fn write_mark(cluster: &Cluster) {
    cluster.query("postgres", "CREATE TABLE mark AS SELECT 42 AS value").unwrap();
}

fn read_mark(cluster: &Cluster) -> Option<String> {
    cluster.query("postgres", "SELECT value FROM mark").unwrap()[0][0].clone()
}

/// Not a test of its own: what another process does in the tests below, which run this program again.
#[test]
fn another_process() {
    let Some(folder) = std::env::var_os("PG_TEST_FOLDER") else { return };
    let kind = std::env::var_os("PG_TEST_KIND").unwrap();
    let mut shared = None;
    let mut own = None;
    let cluster = match kind.to_str().unwrap() {
        "shared" => &**shared.insert(shared_throwaway(Path::new(&folder), temp_host(Path::new(&folder))).unwrap()),
        "throwaway" => own.insert(Cluster::start(throwaway(Path::new(&folder))).unwrap()),
        _ => own.insert(Cluster::start(durable(Path::new(&folder))).unwrap()),
    };
    println!("\nCLUSTER {} {} {}", cluster.pid(), cluster.adopted(), cluster.socket_dir().display());
    let _ = std::io::stdin().read_line(&mut String::new());
}

fn temp_host(folder: &Path) -> Host {
    let mut host = host();
    host.temp_dir = folder.to_owned();
    host
}

struct Other {
    child: Child,
    pid: i32,
    adopted: bool,
    socket_dir: PathBuf,
}

impl Other {
    fn start(kind: &str, folder: &Path) -> Self {
        Self::wait_for(Self::launch(kind, folder))
    }

    fn launch(kind: &str, folder: &Path) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["another_process", "--exact", "--nocapture"])
            .env("PG_TEST_FOLDER", folder)
            .env("PG_TEST_KIND", kind)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn wait_for(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| line.unwrap().strip_prefix("CLUSTER ").map(str::to_owned)).unwrap();
        thread::spawn(move || lines.for_each(drop)); // keep the pipe open
        let mut words = line.split(' ');
        let pid = words.next().unwrap().parse().unwrap();
        let adopted = words.next() == Some("true");
        Self { child, pid, adopted, socket_dir: words.next().unwrap().into() }
    }

    fn end(mut self) {
        self.child.stdin.take().unwrap().write_all(b"\n").unwrap();
        assert!(self.child.wait().unwrap().success());
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_restart_keeps_data_and_leaves_nothing_running() {
    let (_temp, path) = data();
    let cluster = Cluster::start(durable(&path).database("it's \"mine\"")).unwrap();
    let (pid, socket_dir) = (cluster.pid(), cluster.socket_dir().to_owned());
    assert!(!cluster.adopted());
    assert_eq!(fs::metadata(&socket_dir).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(cluster.query("it's \"mine\"", "SHOW listen_addresses").unwrap(), [[Some(String::new())]]);
    write_mark(&cluster);
    cluster.stop().unwrap();
    assert!(!exists(pid) && !socket_dir.exists());

    let cluster = Cluster::start(durable(&path).database("it's \"mine\"")).unwrap();
    assert_eq!(read_mark(&cluster).as_deref(), Some("42"));
    let pid = cluster.pid();
    drop(cluster);
    assert!(!exists(pid));
}

// Waits longest: its name has it start among the first.
#[test]
fn a_cluster_shared_by_many_is_removed_after_the_last_of_them() {
    let (temp, _) = data();
    let mine = shared_throwaway(temp.path(), temp_host(temp.path())).unwrap();
    let killed = Other::start("shared", temp.path());
    let ended = Other::start("shared", temp.path());
    let pid = mine.pid();
    assert_eq!((killed.pid, ended.pid), (pid, pid));
    ended.end();
    drop(mine);
    // That something does not happen can only be seen by waiting longer than it would take (3 s).
    thread::sleep(Duration::from_secs(4));
    assert!(exists(pid), "somebody uses it");
    let socket_dir = killed.socket_dir.clone();
    killed.kill();
    let again = shared_throwaway(temp.path(), temp_host(temp.path())).unwrap();
    assert_eq!(again.pid(), pid, "it lingers for the next program of the run");
    drop(again);
    let left = || fs::read_dir(temp.path()).unwrap().count();
    eventually("the server and its folders are gone", || !exists(pid) && left() == 0 && !socket_dir.exists());

    let anew = shared_throwaway(temp.path(), temp_host(temp.path())).unwrap();
    assert!(!anew.adopted());
    let pid = anew.pid();
    drop(anew);
    eventually("that one too", || !exists(pid) && left() == 0);
}

#[test]
fn a_costly_query_works_without_the_compiler_that_downloads_leave_out() {
    let (_temp, path) = data();
    let cluster = Cluster::start(throwaway(&path)).unwrap();
    let rows = cluster.query("postgres", "SET jit_above_cost = 0; SELECT sum(n) FROM generate_series(1, 10) AS n");
    assert_eq!(rows.unwrap(), [[Some("55".to_owned())]]);
}

#[test]
fn a_relative_folder_with_odd_characters_works() {
    let (temp, _) = data();
    let here = std::env::current_dir().unwrap();
    let up = "../".repeat(here.components().count() - 1);
    let absolute = temp.path().strip_prefix("/").unwrap().join("a b.c'd");
    let cluster = Cluster::start(throwaway(&Path::new(&up).join(absolute))).unwrap();
    assert_eq!(cluster.query("postgres", "SELECT NULL, 'x'").unwrap(), [[None, Some("x".to_owned())]]);
    assert!(temp.path().join("a b.c'd.log").exists());
}

#[test]
fn a_killed_server_is_followed_by_a_new_one_at_once() {
    let (_temp, path) = data();
    let first = Cluster::start(durable(&path)).unwrap();
    write_mark(&first);
    kill(first.pid());
    let second = Cluster::start(durable(&path)).unwrap();
    assert!(!second.adopted());
    assert_eq!(read_mark(&second).as_deref(), Some("42"));
    first.stop().unwrap(); // another use is left
    assert_eq!(read_mark(&second).as_deref(), Some("42"));
    second.stop().unwrap();
}

#[test]
fn a_pid_file_with_the_number_of_another_process_is_stale() {
    let (_temp, path) = data();
    Cluster::start(throwaway(&path)).unwrap().stop().unwrap();
    let mut other = Command::new("sleep").arg("60").spawn().unwrap();
    let text = format!("{}\n{}\n1700000000\n5432\n/nowhere\n\n  1  1\nready\n", other.id(), path.display());
    fs::write(path.join("postmaster.pid"), text).unwrap();
    let cluster = Cluster::start(throwaway(&path)).unwrap();
    assert!(!cluster.adopted());
    assert!(exists(i32::try_from(other.id()).unwrap()));
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn the_cluster_of_a_killed_process_is_adopted() {
    let (_temp, path) = data();
    let other = Other::start("durable", &path);
    let pid = other.pid;
    other.kill();
    let cluster = Cluster::start(durable(&path)).unwrap();
    assert!(cluster.adopted());
    assert_eq!(cluster.pid(), pid);
    cluster.stop().unwrap();
    assert!(!exists(pid));
}

#[test]
fn a_running_server_without_its_socket_is_restarted() {
    let (_temp, path) = data();
    let other = Other::start("durable", &path);
    let (pid, socket_dir) = (other.pid, other.socket_dir.clone());
    other.kill();
    fs::remove_dir_all(socket_dir).unwrap();
    let cluster = Cluster::start(durable(&path)).unwrap();
    assert!(!cluster.adopted());
    assert!(!exists(pid));
    cluster.stop().unwrap();
}

#[test]
fn two_processes_share_a_cluster_and_the_last_one_stops_it() {
    let (_temp, path) = data();
    let others = [Other::launch("durable", &path), Other::launch("durable", &path)].map(Other::wait_for);
    let [first, second] = others;
    assert_eq!(first.pid, second.pid);
    assert!(first.adopted != second.adopted);
    let pid = first.pid;
    first.end();
    assert!(exists(pid));
    second.end();
    assert!(!exists(pid));
}

#[test]
fn threads_share_a_cluster_too() {
    let (_temp, path) = data();
    let clusters: Vec<Cluster> = thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| Cluster::start(throwaway(&path)).unwrap())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    let pid = clusters[0].pid();
    assert!(clusters.iter().all(|cluster| cluster.pid() == pid));
    assert_eq!(clusters.iter().filter(|cluster| !cluster.adopted()).count(), 1);
    drop(clusters);
    eventually("the server is gone", || !exists(pid));
}

#[test]
fn a_throwaway_cluster_does_not_outlive_a_killed_process() {
    let (_temp, path) = data();
    let other = Other::start("throwaway", &path);
    let (pid, socket_dir) = (other.pid, other.socket_dir.clone());
    other.kill();
    eventually("the server is gone", || !exists(pid) && !socket_dir.exists());
    assert!(path.join("PG_VERSION").exists(), "the data is the caller's");
}

#[test]
fn exclusive_work_is_done_by_one_at_a_time() {
    let (temp, _) = data();
    let made = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let shared = shared_throwaway(temp.path(), temp_host(temp.path())).unwrap();
                let exists = "SELECT 1 FROM pg_database WHERE datname = 'template'";
                let make = || {
                    if shared.query("postgres", exists).unwrap().is_empty() {
                        shared.query("postgres", "CREATE DATABASE template").unwrap();
                        *made.lock().unwrap() += 1;
                    }
                };
                shared.exclusively(make).unwrap();
            });
        }
    });
    assert_eq!(*made.lock().unwrap(), 1);
    eventually("the folder is gone", || fs::read_dir(temp.path()).unwrap().count() == 0);
}

#[test]
fn steps_are_reported() {
    let (_temp, path) = data();
    let steps = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&steps);
    let host = host().on_progress(move |step| seen.lock().unwrap().push(step));
    drop(Cluster::start(Options::new(&path, host).durability(Durability::Throwaway)).unwrap());
    let steps = steps.lock().unwrap();
    assert!(steps.contains(&Progress::Preparing { data_dir: path }));
    assert!(matches!(steps.last(), Some(Progress::Ready { .. })));
    assert!(steps.iter().all(|step| !step.to_string().is_empty()));
}

#[test]
fn a_failed_start_shows_the_log_and_leaves_nothing_running() {
    let (_temp, path) = data();
    let message = Cluster::start(throwaway(&path).setting("no_such_setting", "1")).unwrap_err().to_string();
    assert!(message.contains("no_such_setting") && message.contains("data.log"), "{message}");
    let cluster = Cluster::start(throwaway(&path)).unwrap();
    assert!(!cluster.adopted());
}

#[test]
fn a_folder_with_other_things_in_it_is_refused() {
    let (_temp, path) = data();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("thesis.txt"), "precious").unwrap();
    let error = Cluster::start(throwaway(&path)).unwrap_err();
    assert!(matches!(error, Error::NotADataFolder { .. }), "{error}");
    assert!(path.join("thesis.txt").exists());
}

#[test]
fn data_of_an_unknown_version_is_named() {
    let (_temp, path) = data();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("PG_VERSION"), "99\n").unwrap();
    let mut host = host();
    host.download = false;
    let error = Cluster::start(Options::new(&path, host)).unwrap_err();
    assert!(matches!(error, Error::Version { data: 99, .. }), "{error}");
}

#[test]
fn no_postgres_and_no_download_says_what_to_install() {
    let (temp, path) = data();
    let mut host = host();
    host.pg_bin = None;
    host.system_bins = Vec::new();
    host.cache_dir = temp.path().join("cache");
    host.path = None;
    host.download = false;
    let message = Cluster::start(Options::new(&path, host)).unwrap_err().to_string();
    assert!(message.contains("apt-get install postgresql") && message.contains("PG_BIN"), "{message}");
}

#[test]
fn a_killed_initdb_leaves_nothing_in_the_way() {
    let (temp, path) = data();
    let half = temp.path().join("data.new-1");
    fs::create_dir(&half).unwrap();
    fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    drop(Cluster::start(throwaway(&path)).unwrap());
    assert!(!half.exists());
}
