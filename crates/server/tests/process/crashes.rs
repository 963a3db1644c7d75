//! `kill -9` at the worst moments.
//!
//! The worst moment is after PostgreSQL has made a transaction durable and before the server learns of it. Waiting
//! for a replica that does not exist holds every commit at exactly that point, for as long as the test wants.

use auth_embedded_postgres::Cluster;
use serde_json::json;

use crate::http::{Connection, post, request};
use crate::person::{ask_for_code, me, prove, sign_up_body, verify};
use crate::server::Installation;
use crate::waiting::{wait_for, wait_until};

const PHONE: &str = "+86 13000000003";
const DATABASE: &str = "auth";

/// Makes commits durable without confirming them.
fn hold_commits(cluster: &Cluster) {
    set_standby(cluster, "nobody");
    // Makes sure that the setting has taken effect before anything else happens.
    cluster.query(DATABASE, "CHECKPOINT").unwrap();
}

fn let_commits_go(cluster: &Cluster) {
    set_standby(cluster, "");
    wait_until("all commits", || held_commits(cluster) == 0);
}

fn set_standby(cluster: &Cluster, name: &str) {
    cluster.query(DATABASE, &format!("ALTER SYSTEM SET synchronous_standby_names = '{name}'")).unwrap();
    cluster.query(DATABASE, "SELECT pg_reload_conf()").unwrap();
    let is_set = || cluster.query(DATABASE, "SHOW synchronous_standby_names").unwrap()[0][0].as_deref() == Some(name);
    wait_until("the setting", is_set);
}

fn held_commits(cluster: &Cluster) -> usize {
    cluster.query(DATABASE, "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'").unwrap().len()
}

fn first_value(cluster: &Cluster, sql: &str) -> Option<String> {
    cluster.query(DATABASE, sql).unwrap().first()?.first()?.clone()
}

#[test]
fn a_sign_up_that_was_stored_but_not_answered_is_answered_when_repeated() {
    let installation = Installation::new();
    let server = installation.serve();
    let body = sign_up_body(PHONE, &prove(&server, PHONE));
    let cluster = installation.cluster();
    hold_commits(&cluster);
    let mut unanswered = Connection::open(server.public);
    unanswered.send(request("POST", "/auth/v1/signup", &[], &body.to_string()));
    wait_until("the commit", || held_commits(&cluster) == 1);
    server.kill();
    assert!(!matches!(unanswered.try_receive(), Ok(Some(_))), "the answer was lost");
    let_commits_go(&cluster);
    let sub = wait_for("the account", || first_value(&cluster, "SELECT user_id FROM identifiers"));

    let server = installation.serve();
    let answer = post(server.public, "/auth/v1/signup", &body);
    assert_eq!(answer.status, 200, "{}", answer.json());
    assert_eq!(answer.text("sub"), sub);
    assert_eq!(me(&server, &answer.text("access_token")).text("phone_number"), PHONE);
    assert_eq!(first_value(&cluster, "SELECT count(*) FROM users").as_deref(), Some("1"));
    drop(cluster);
    server.stop();
    assert_eq!(installation.cluster_pid(), None, "an adopted cluster is stopped as well");
}

#[test]
fn a_sign_up_that_was_not_stored_can_be_repeated() {
    let installation = Installation::new();
    let server = installation.serve();
    let body = sign_up_body(PHONE, &prove(&server, PHONE));
    let mut unanswered = Connection::open(server.public);
    unanswered.send(request("POST", "/auth/v1/signup", &[], &body.to_string()));
    server.kill(); // before, during or after: nobody knows

    let server = installation.serve();
    let answer = post(server.public, "/auth/v1/signup", &body);
    assert_eq!(answer.status, 200, "{}", answer.json());
    let again = post(server.public, "/auth/v1/signup", &body);
    assert_eq!(again.text("sub"), answer.text("sub"));
    let cluster = installation.cluster();
    assert_eq!(first_value(&cluster, "SELECT count(*) FROM users").as_deref(), Some("1"));
}

#[test]
fn a_message_that_was_queued_is_delivered_after_the_restart() {
    // With limits, the first commit would be that of a limit.
    let installation = Installation::new().with("AUTH__LIMITS__ENABLED", "false");
    let server = installation.serve();
    let cluster = installation.cluster();
    hold_commits(&cluster);
    let body = json!({ "phone_number": PHONE, "target": "ANY" });
    let mut unanswered = Connection::open(server.public);
    unanswered.send(request("POST", "/auth/v1/verification", &[], &body.to_string()));
    wait_until("the commit", || held_commits(&cluster) == 1);
    assert!(server.out.find(|line| line.starts_with("message ")).is_none(), "nothing is sent before the commit");
    server.kill();
    let_commits_go(&cluster);
    let id = wait_for("the message", || first_value(&cluster, "SELECT verification_id FROM messages"));

    let server = installation.serve();
    let code = server.code_for(PHONE);
    wait_until("an empty queue", || first_value(&cluster, "SELECT id FROM messages").is_none());
    verify(&server, &id, &code);
    let asked = ask_for_code(&server, "+86 13000000004");
    assert_eq!(asked.status, 200, "{}", asked.json());
    assert_ne!(server.code_for("+86 13000000004"), "");
}
