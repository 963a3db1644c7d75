//! The requests of an account's life, as any version of the service understands them.

use std::net::SocketAddr;
use std::ops::Range;

use serde_json::{Value, json};

use crate::Failure;
use crate::codes::Codes;
use crate::load::drive_all;

/// Networks that requests come from, as a trusted proxy reports them.
const NETWORKS: u64 = 1_000;
/// All have eleven digits and begin like a mobile number, and none is among those of the other sections.
const FIRST_NUMBER: u64 = 13_500_000_000;
const NUMBERS: u64 = 100_000_000;
/// People who ask one after another are no neighbours by their numbers, as in life. Numbers in a row are what the limit of a
/// neighbourhood is against, and its one row would be what is measured. It has no factor in common with their number, so
/// that all numbers differ.
const STRIDE: u64 = 10_007;
/// The password of those who have one.
const PASSWORD: &str = "correct horse of the bench";

/// Somebody's phone number, without the country code.
fn national(person: u64) -> u64 {
    FIRST_NUMBER + person * STRIDE % NUMBERS
}

/// The digits of somebody's phone number, with the country code.
fn digits(person: u64) -> String {
    format!("86{}", national(person))
}

fn phone_number(person: u64) -> String {
    format!("+86 {}", national(person))
}

/// Asks for a code.
pub(crate) fn send(person: u64) -> Vec<u8> {
    post(person, "/auth/v1/verification", &json!({ "phone_number": phone_number(person), "target": "ANY" }))
}

/// Checks a code.
fn verify(person: u64, id: &str, code: &str) -> Vec<u8> {
    let body = json!({ "verification_id": id, "verification_code": code });
    post(person, "/auth/v1/verification/verify", &body)
}

/// The checks of the codes that these people were sent, each as soon as the server has printed it.
pub(crate) fn checks(codes: &Codes, people: Range<u64>, ids: &[String]) -> Result<Vec<Vec<u8>>, Failure> {
    people.zip(ids).map(|(person, id)| Ok(verify(person, id, &codes.take(&digits(person))?))).collect()
}

/// Signs up, with a password or without one.
pub(crate) fn sign_up(person: u64, token: &str, password: bool) -> Vec<u8> {
    let mut body = json!({ "phone_number": phone_number(person), "verification_token": token });
    if password {
        body["password"] = PASSWORD.into();
    }
    post(person, "/auth/v1/signup", &body)
}

/// Refreshes a session.
pub(crate) fn refresh(person: u64, token: &str) -> Vec<u8> {
    let body = json!({ "grant_type": "refresh_token", "client_id": "default", "refresh_token": token });
    post(person, "/auth/v1/token", &body)
}

/// Signs in with the password.
pub(crate) fn sign_in(person: u64) -> Vec<u8> {
    post(person, "/auth/v1/signin", &json!({ "username": phone_number(person), "password": PASSWORD }))
}

/// Asks who the bearer is.
pub(crate) fn me(person: u64, token: &str) -> Vec<u8> {
    let head = format!("GET /auth/v1/user/me HTTP/1.1\r\nhost: bench\r\n{}", forwarded(person));
    format!("{head}authorization: Bearer {token}\r\n\r\n").into()
}

/// A text field of an answer.
fn field(body: &[u8], name: &str) -> Result<String, Failure> {
    let body: Value = serde_json::from_slice(body)?;
    Ok(body[name].as_str().ok_or_else(|| format!("an answer without {name}"))?.to_owned())
}

/// Sends the requests over so many connections. Returns the answers per second, and a text field of each.
pub(crate) fn drive(
    address: SocketAddr,
    connections: usize,
    requests: &[Vec<u8>],
    name: &str,
) -> Result<(f64, Vec<String>), Failure> {
    let mut bodies = vec![Vec::new(); requests.len()];
    let (rate, _) = drive_all(address, connections, requests, |index, body| {
        bodies[index] = body.to_vec();
        Ok(())
    })?;
    let fields = bodies.iter().map(|body| field(body, name)).collect::<Result<Vec<_>, Failure>>()?;
    Ok((rate, fields))
}

fn post(person: u64, path: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = format!("POST {path} HTTP/1.1\r\nhost: bench\r\n{}", forwarded(person));
    format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into()
}

/// Neighbours are in different /24.
fn forwarded(person: u64) -> String {
    let network = person % NETWORKS;
    format!("x-forwarded-for: 11.{}.{}.7\r\n", network / 250, network % 250)
}
