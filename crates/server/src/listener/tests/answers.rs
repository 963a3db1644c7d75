//! Answers that are not taken, and requests that come before their answers.

use std::time::Duration;

use auth_http::Connection as _;
use futures_util::FutureExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::super::connections::{Connections, MEMORY_OF_ONE};
use super::super::limits::ConnectionLimits;
use super::support::{ANOTHER, ONE, Opened, PROXY, closed, limits, time_passes};

/// More than the client's end holds.
const LARGE: usize = 3 << 20;

/// A connection whose client does not take its answer.
async fn owing(all: &std::sync::Arc<Connections>, peer: &str) -> Opened {
    let mut one = Opened::new(all, peer).answering().await;
    one.server.place().has_answer(0);
    let sent = timeout(Duration::from_millis(1), one.server.write_all(&vec![b'x'; LARGE])).await;
    assert!(sent.is_err(), "nobody takes it");
    one
}

#[tokio::test(start_paused = true)]
async fn a_network_owes_so_many_answers() {
    let all = Connections::new(ConnectionLimits { unfinished_per_network: 2, ..limits() });
    let mut open = vec![owing(&all, ONE).await, owing(&all, ANOTHER).await, owing(&all, ONE).await];
    assert_eq!(closed(&open), [0; 0]);
    open.push(owing(&all, ONE).await);
    assert_eq!(closed(&open), [0], "the oldest of that network");
    assert!(open[0].server.write(b"more").await.is_err());
    let mut taken = vec![0; LARGE];
    open[2].client.read_exact(&mut taken[..100_000]).await.expect("it was written");
    open[2].server.write_all(b"the rest").await.expect("it goes on");
    open.push(owing(&all, ONE).await);
    assert_eq!(closed(&open), [0], "whoever takes its answer owes nothing");
    let proxied = [owing(&all, PROXY).await, owing(&all, PROXY).await, owing(&all, PROXY).await];
    assert_eq!(closed(&proxied), [0; 0], "nobody knows whose they are");
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_which_nothing_is_taken_ends() {
    let all = Connections::new(limits());
    let mut slow = Opened::new(&all, ONE).answering().await;
    let large = vec![b'x'; LARGE];
    let mut sent = Box::pin(slow.server.write_all(&large));
    for _ in 0..5 {
        assert!(timeout(Duration::from_secs(20), &mut sent).await.is_err());
        // A little is enough.
        slow.client.read_exact(&mut [0; 10]).await.expect("it was written");
    }
    assert!(timeout(Duration::from_secs(31), &mut sent).await.expect("it ends").is_err());
}

/// Each of them would take many times its own bytes.
#[tokio::test(start_paused = true)]
async fn requests_wait_in_the_system_until_those_before_them_are_answered() {
    let all = Connections::new(limits());
    let mut eager = Opened::new(&all, ONE);
    eager.client.write_all(&vec![b'x'; 100_000]).await.expect("an open connection");
    let mut into = vec![0; 100_000];
    let first = eager.server.read(&mut into).await.expect("the first piece");
    eager.server.place().has_request();
    let mut ahead = 0;
    while let Ok(Ok(count)) = timeout(Duration::from_secs(1), eager.server.read(&mut into)).await {
        ahead += count;
    }
    assert!(first <= 4_096 && ahead <= 4_096, "{first} and {ahead}");
    assert!(eager.server.read(&mut into).now_or_never().is_none());
    eager.server.place().has_answer(0);
    eager.server.write_all(b"an answer").await.expect("it is written");
    assert!(timeout(Duration::from_secs(1), eager.server.read(&mut into)).await.expect("it goes on").is_ok());
}

#[tokio::test(start_paused = true)]
async fn requests_that_come_together_are_read_one_by_one() {
    let all = Connections::new(limits());
    let mut eager = Opened::new(&all, ONE);
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    eager.client.write_all(&request.repeat(1_000)).await.expect("an open connection");
    let mut into = vec![0; 100_000];
    for _ in 0..1_000 {
        let mut one = Vec::new();
        while !one.ends_with(b"\r\n\r\n") {
            let read = timeout(Duration::from_secs(1), eager.server.read(&mut into)).await.expect("a request");
            one.extend_from_slice(&into[..read.expect("an open connection")]);
        }
        assert_eq!(one, request);
        eager.server.place().has_request();
        let early = timeout(Duration::from_secs(1), eager.server.read(&mut into)).await;
        assert!(early.is_err(), "the next one waits for the answer");
        eager.answers(b"an answer").await;
    }
    eager.client.shutdown().await.expect("an open connection");
    assert_eq!(eager.server.read(&mut into).await.expect("the end"), 0);
}

/// So that its end can be noticed, while its request is with the application, one of the next requests is read.
#[tokio::test(start_paused = true)]
async fn while_a_request_is_answered_one_more_is_read() {
    let all = Connections::new(limits());
    let mut eager = Opened::new(&all, ONE).answering().await;
    let mut into = vec![0; 100_000];
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    for (sent, expected) in [("\r\n\r\n", true), ("GET / HTTP/1.1\r\n\r\n", false)] {
        eager.client.write_all(sent.as_bytes()).await.expect("an open connection");
        let read = timeout(Duration::from_secs(1), eager.server.read(&mut into)).await;
        assert_eq!(read.is_ok(), expected, "{sent:?}");
    }
    eager.answers(b"an answer").await;
    eager.client.write_all(request).await.expect("an open connection");
    for _ in 0..2 {
        assert!(timeout(Duration::from_secs(1), eager.server.read(&mut into)).await.is_ok(), "it goes on");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_ahead_may_be_the_body_of_the_request() {
    let all = Connections::new(limits());
    let mut one = Opened::new(&all, ONE).answering().await;
    one.client.write_all(&vec![b'x'; 50_000]).await.expect("an open connection");
    let place = one.server.place();
    let mut body = vec![0; 50_000];
    let reading = one.server.read_exact(&mut body);
    // The application looks at the body only after a while.
    let later = async {
        time_passes().await;
        place.awaits_body(None);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        read = timeout(Duration::from_secs(9), reading) => assert!(read.expect("all of it is read").is_ok()),
        () = later => panic!("it never ends"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_held_of_an_answer_counts_until_it_is_sent() {
    let all = Connections::new(limits());
    let mut one = Opened::new(&all, ONE).answering().await;
    one.server.place().streams(true);
    one.server.place().has_answer(1_000_000);
    assert_eq!(all.memory(), MEMORY_OF_ONE + 1_000_000);
    one.server.write_all(b"a piece").await.expect("it is written");
    time_passes().await;
    assert_eq!(all.memory(), MEMORY_OF_ONE + 1_000_000);
    one.server.place().streams(false);
    one.server.write_all(b"the last piece").await.expect("it is written");
    assert_eq!(all.memory(), MEMORY_OF_ONE);
}
