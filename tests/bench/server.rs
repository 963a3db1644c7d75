//! The release server.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::process::{Pid, Signal, kill_process};

use crate::codes::Codes;
use crate::load::{Client, get};
use crate::{Failure, processes};

/// The server's key, with which refresh tokens can be made here.
pub(crate) const SERVER_KEY: [u8; 32] = [7; 32];

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) codes: Codes,
    pub(crate) address: SocketAddr,
}

/// Builds the server and returns its path. `AUTH_SERVER_BINARY` names one that is built already.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    if let Some(built) = std::env::var_os("AUTH_SERVER_BINARY") {
        return Ok(built.into());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(&cargo).args(["build", "--release", "-p", "auth-server"]).status()?;
    if !built.success() {
        return Err("the server does not build".into());
    }
    let described = Command::new(cargo).args(["metadata", "--format-version", "1", "--no-deps"]).output()?;
    let described: serde_json::Value = serde_json::from_slice(&described.stdout)?;
    let target = described["target_directory"].as_str().ok_or("cargo names no folder")?;
    Ok(Path::new(target).join("release/auth-server"))
}

impl Server {
    /// Starts the server as in production except for the limits: it writes one line of JSON per request to a file.
    pub(crate) fn start(binary: &Path, folder: &Path, database_url: &str) -> Result<Self, Failure> {
        Self::start_with(binary, folder, database_url, &[])
    }

    /// The same with further settings, which win.
    pub(crate) fn start_with(
        binary: &Path,
        folder: &Path,
        database_url: &str,
        more: &[(&str, String)],
    ) -> Result<Self, Failure> {
        let mut command = Command::new(binary);
        command
            .current_dir(folder)
            .env("AUTH_PROFILE", "local")
            .env("AUTH__HTTP__LISTEN", "127.0.0.1:0")
            .env("AUTH__ADMIN__LISTEN", "127.0.0.1:0")
            .env("AUTH__DATABASE__URL", database_url)
            .env("AUTH__DATABASE__DATA_DIR", folder.join("data"))
            .env("AUTH__SECRETS__SERVER_KEY", STANDARD.encode(SERVER_KEY))
            .env("AUTH__LIMITS__ENABLED", "false")
            .env("AUTH__LOGGING__FORMAT", "json")
            .envs(more.iter().map(|(name, value)| (*name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join("server.log"))?);
        let mut child = command.spawn()?;
        let mut out = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        while !line.starts_with("listening on ") {
            line.clear();
            if out.read_line(&mut line)? == 0 {
                return Err(fs::read_to_string(folder.join("server.log"))?.into());
            }
        }
        let address = line.trim_end().strip_prefix("listening on http://").ok_or("no address")?.parse()?;
        let server = Self { child, codes: Codes::read(out), address };
        match Client::open(server.address)?.call(&get("/readyz"))? {
            200 => Ok(server),
            status => Err(format!("/readyz answers {status}").into()),
        }
    }

    /// The physical memory in use.
    pub(crate) fn resident_mebibytes(&self) -> Result<f64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes / 1024.0)
    }

    /// The processor time used so far.
    pub(crate) fn processor_seconds(&self) -> Result<f64, Failure> {
        let process = processes::read(self.child.id()).ok_or("the server is gone")?;
        Ok(process.seconds)
    }

    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}").into()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
