//! Codes to mailboxes whose server hangs, and how long others wait for theirs meanwhile: from the request until the mail
//! server has the mail, or until the text message is printed, and from the answer.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Failure;
use crate::database::Database;
use crate::load::{Client, Latencies, post_from};
use crate::mailbox::{HANGING, Mailbox};
use crate::report::Report;
use crate::server::Server;

/// As many codes as one network may ask for at once.
const BURST: u64 = 100;
/// Networks that ask for codes that hang.
const HOSTILE: u64 = 3;
const OTHERS: u64 = 300;
/// How often one of the others asks for a code.
const EVERY: Duration = Duration::from_millis(50);
/// The bar of the slowest hundredth of the others, in milliseconds.
const SLOWEST: f64 = 1_000.0;
/// The bar of half of them, counted from the answer, in milliseconds.
const AFTER_THE_ANSWER: f64 = 3.0;

/// What the others wait for.
#[derive(Clone, Copy)]
enum Code {
    Mail(&'static str),
    Text,
}

pub(crate) fn measure(binary: &Path, folder: &Path, report: &mut Report) -> Result<(), Failure> {
    for (name, domains) in [("one domain hangs", 1), ("three hundred domains hang", u64::MAX)] {
        let folder = folder.join(format!("arrive-{domains}"));
        fs::create_dir(&folder)?;
        let (database, mailbox) = (Database::start(&folder)?, Mailbox::open()?);
        let more = [
            ("AUTH__LIMITS__ENABLED", "true".to_owned()),
            ("AUTH__HTTP__TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("AUTH__SMTP__URL", format!("smtp://{}", mailbox.address)),
            ("AUTH__SMTP__FROM", "bench@example.com".to_owned()),
        ];
        let server = Server::start_with(binary, &folder, &database.url(), &more)?;
        ask(&mut Client::open(server.address)?, OTHERS, Code::Mail("fine.example"))?;
        mailbox.arrival(&address(OTHERS, "fine.example"))?;
        let (mails, texts) = wait(&server, &mailbox, domains)?;
        for (what, Waited { latencies, after_answers }) in [("mail", mails), ("text messages", texts)] {
            let of_all = format!("{name}: {what} to others, p99 of {}", latencies.len());
            report.at_most(&of_all, latencies.quantile(0.99), SLOWEST, "ms");
            report.note("  half of them within", format!("{:.1} ms", latencies.quantile(0.5)));
            let what = format!("{name}: {what} to others, p50 after the answer");
            report.at_most(&what, after_answers.quantile(0.5), AFTER_THE_ANSWER, "ms");
        }
        server.stop()?;
    }
    Ok(())
}

/// How long people wait for their codes.
struct Waited {
    latencies: Latencies,
    /// The part of it after their requests were answered.
    after_answers: Latencies,
}

/// Lets codes hang, and returns how long others wait for mail and for text messages.
fn wait(server: &Server, mailbox: &Mailbox, domains: u64) -> Result<(Waited, Waited), Failure> {
    thread::scope(|scope| {
        let hostile: Vec<_> =
            (0..HOSTILE).map(|network| scope.spawn(move || flood(server.address, network, domains))).collect();
        let mails = scope.spawn(|| others(server, mailbox, Code::Mail("fine.example")));
        let texts = scope.spawn(|| others(server, mailbox, Code::Text));
        for one in hostile {
            one.join().map_err(|_| "a hostile network panicked")??;
        }
        let (mails, texts) = (mails.join(), texts.join());
        Ok((mails.map_err(|_| "a waiting person panicked")??, texts.map_err(|_| "a waiting person panicked")??))
    })
}

fn flood(server: SocketAddr, network: u64, domains: u64) -> Result<(), Failure> {
    let mut client = Client::open(server)?;
    for number in network * BURST..(network + 1) * BURST {
        let email = format!("person{number}@{}.{HANGING}", number % domains);
        let status = client.call(&request(&json!({ "email": email }).to_string(), &format!("203.0.{network}.1")))?;
        if status != 200 {
            return Err(format!("a code to {email}: {status}").into());
        }
    }
    Ok(())
}

fn others(server: &Server, mailbox: &Mailbox, code: Code) -> Result<Waited, Failure> {
    let (mut client, mut latencies, mut after_answers) = (Client::open(server.address)?, Vec::new(), Vec::new());
    for number in 0..OTHERS {
        let began = Instant::now();
        ask(&mut client, number, code)?;
        let answered = Instant::now();
        let arrived = match code {
            Code::Mail(domain) => mailbox.arrival(&address(number, domain))?,
            Code::Text => {
                server.codes.take(&digits(number))?;
                Instant::now()
            }
        };
        latencies.push(arrived - began);
        after_answers.push(arrived.saturating_duration_since(answered));
        thread::sleep(EVERY.saturating_sub(began.elapsed()));
    }
    Ok(Waited { latencies: Latencies::of(latencies), after_answers: Latencies::of(after_answers) })
}

fn ask(client: &mut Client, number: u64, code: Code) -> Result<(), Failure> {
    let body = match code {
        Code::Mail(domain) => json!({ "email": address(number, domain) }),
        Code::Text => json!({ "phone_number": format!("+{}", digits(number)) }),
    };
    match client.call(&request(&body.to_string(), &format!("100.{}.{}.1", 64 + number / 200, number % 200)))? {
        200 => Ok(()),
        status => Err(format!("{body}: {status} {}", String::from_utf8_lossy(client.body())).into()),
    }
}

fn address(number: u64, domain: &str) -> String {
    format!("other{number}@{domain}")
}

/// Not neighbours of each other.
fn digits(number: u64) -> String {
    format!("86130{:08}", number * 1_000)
}

fn request(body: &str, network: &str) -> Vec<u8> {
    post_from(network, "/auth/v1/verification", body)
}
