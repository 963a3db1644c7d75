//! Runs a private cluster in a folder until standard input ends, or for as long as it takes to be killed:
//! `cargo run --example private_cluster -- FOLDER [throwaway|shared]`

#![allow(clippy::print_stdout, reason = "a program that is run by hand")]

use std::io::{Read, stdin};
use std::path::Path;

use auth_embedded_postgres::{Cluster, Durability, Host, Options, shared_throwaway};

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: private_cluster FOLDER [throwaway|shared]")?;
    let host = Host::from_environment("private-cluster").on_progress(|step| println!("{step}"));
    let kind = arguments.next();
    if kind.as_deref() == Some("shared") {
        let shared = shared_throwaway(Path::new(&folder), host)?;
        serve(&shared);
        return Ok(());
    }
    let durability = if kind.is_some() { Durability::Throwaway } else { Durability::Durable };
    let cluster = Cluster::start(Options::new(folder, host).database("example").durability(durability))?;
    serve(&cluster);
    cluster.stop()?;
    println!("stopped");
    Ok(())
}

fn serve(cluster: &Cluster) {
    println!("process {} adopted {}", cluster.pid(), cluster.adopted());
    println!("{}", cluster.url("example"));
    let _ = stdin().read_to_end(&mut Vec::new());
}
