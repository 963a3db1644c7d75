//! Importing a million users with given password hashes into a private PostgreSQL.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::Failure;
use crate::report::Report;

const USERS: u64 = 1_000_000;
const BAR: f64 = 20_000.0;
/// How often memory is read; the first reading comes once everything has been used.
const READINGS: u64 = 10;

/// Hashes as other services have them; they are not computed here.
const HASHES: [&str; 3] = [
    "$2b$12$abcdefghijklmnopqrstuu7EJV7kdjBBQxyb0HjTh9KS7.Lah/6CG",
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
    "$pbkdf2-sha256$i=600000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$yqSq2SygY1sB4EcH9f2FG0JTMES+wqLsOT5YmiRBplI",
];

/// A line of the input: a username, a proven e-mail address, a hash and a name.
fn line(number: u64) -> String {
    let hash = HASHES[(number % 3) as usize];
    format!(
        "{{\"username\":\"user_{number:08}\",\"email\":\"user{number:08}@example.com\",\"email_verified\":true,\
         \"password_hash\":\"{hash}\",\"nickname\":\"User {number}\"}}\n"
    )
}

pub(crate) fn measure(binary: &Path, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    let command = |arguments: &[&str]| {
        let mut command = Command::new(binary);
        command.args(arguments).current_dir(folder).env("AUTH_PROFILE", "local");
        command.env("AUTH__DATABASE__DATA_DIR", folder.join("import"));
        command
    };
    // Creates the cluster and the schema, which is not part of an import.
    if !command(&["migrate"]).stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
        return Err("the database for the import cannot be created".into());
    }
    let log = folder.join("import.log");
    let mut import = command(&["users", "import", "-"]);
    import.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(File::create(&log)?);
    let mut child = import.spawn()?;
    let started = Instant::now();
    let readings = feed(&mut child)?;
    let output = child.wait_with_output()?;
    let seconds = started.elapsed().as_secs_f64();
    let summary = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() || !summary.contains(&format!("{USERS} imported")) {
        return Err(format!("the import says {summary} {}", std::fs::read_to_string(log)?).into());
    }
    let rate = USERS as f64 / seconds;
    report.holds("import of 1 000 000 users with hashes", format!("{rate:.0} /s"), ">= 20000 /s", rate >= BAR);
    let (first, last) = (readings[0], readings[readings.len() - 1]);
    let shown = format!("{first:.0} MiB at the beginning, {last:.0} MiB at the end");
    report.holds("resident memory of the import", shown, "flat", last < first * 1.25 + 4.0);
    Ok(())
}

/// Writes the input as fast as it is read, and returns readings of memory.
fn feed(child: &mut Child) -> Result<Vec<f64>, Failure> {
    let id = child.id();
    let mut input = BufWriter::new(child.stdin.take().ok_or("no input")?);
    let mut readings = Vec::new();
    for number in 0..USERS {
        input.write_all(line(number).as_bytes())?;
        if number % (USERS / READINGS) == USERS / READINGS - 1 {
            readings.push(resident_mebibytes(id)?);
        }
    }
    input.flush()?;
    Ok(readings)
}

fn resident_mebibytes(id: u32) -> Result<f64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}
