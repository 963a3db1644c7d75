//! Who is closed for others, and who never is.

use std::sync::Arc;
use std::time::Duration;

use auth_http::Connection as _;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::super::connection::Stage;
use super::super::connections::{Connections, MEMORY_OF_ONE};
use super::super::limits::ConnectionLimits;
use super::support::{ANOTHER, ONE, Opened, PROXY, a_moment_passes, address, closed, limits, network, time_passes};

#[tokio::test(start_paused = true)]
async fn near_the_limit_the_oldest_idle_connection_makes_place() {
    let all = Connections::new(ConnectionLimits { connections: 4, ..limits() });
    let mut open = Vec::new();
    for peer in [ONE, ANOTHER, PROXY] {
        open.push(Opened::new(&all, peer));
        time_passes().await;
    }
    assert_eq!(closed(&open), [0; 0]);
    open.push(Opened::new(&all, ANOTHER));
    assert_eq!(closed(&open), [0]);
    open.push(Opened::new(&all, ANOTHER));
    assert_eq!(closed(&open), [0, 1]);
    open.push(Opened::new(&all, ANOTHER));
    assert_eq!(closed(&open), [0, 1, 2], "whoever holds them");
    assert!(open[0].ends().await && !open[3].ends().await);
}

#[tokio::test(start_paused = true)]
async fn idle_connections_go_before_unfinished_requests_and_answers_are_never_cut_off() {
    let all = Connections::new(ConnectionLimits { connections: 4, ..limits() });
    let mut open = vec![Opened::new(&all, ONE).answering().await, Opened::new(&all, ONE)];
    open[1].receives(10).await;
    time_passes().await;
    open.push(Opened::new(&all, ONE));
    a_moment_passes().await;
    open.push(Opened::new(&all, ANOTHER));
    assert_eq!(closed(&open), [2], "the idle one, though it is younger");
    a_moment_passes().await;
    open.push(Opened::new(&all, ANOTHER).answering().await);
    open.push(Opened::new(&all, ANOTHER).answering().await);
    assert_eq!(closed(&open), [1, 2, 3]);
    assert!(open[1].ends().await);
    open.push(Opened::new(&all, ANOTHER).answering().await);
    assert_eq!(closed(&open), [1, 2, 3], "nobody is left who could go");
    assert!(!open[0].ends().await);
    open[0].answers(b"an answer").await;
    assert_eq!(closed(&open), [0, 1, 2, 3], "as soon as there is an idle one, it goes");
}

#[tokio::test(start_paused = true)]
async fn a_network_makes_place_for_itself_alone() {
    let all = Connections::new(ConnectionLimits { per_network: 2, ..limits() });
    let mut open = Opened::several(&all, ANOTHER, 2);
    time_passes().await;
    open.push(Opened::new(&all, ONE).answering().await);
    open.extend(Opened::several(&all, ONE, 2));
    assert_eq!(closed(&open), [3]);
    let last = open.pop().expect("the last of them").answering().await;
    open.push(last);
    assert!(Opened::try_new(&all, ONE).is_none(), "two are being answered");
    assert!(Opened::try_new(&all, ANOTHER).is_some());
    let proxied = Opened::several(&all, PROXY, 10);
    assert_eq!(closed(&proxied), [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn neighbours_have_four_times_as_much_together() {
    let all = Connections::new(ConnectionLimits { per_network: 2, unfinished_per_network: 2, ..limits() });
    let apart = Opened::new(&all, "2001:db9::1");
    let mut open = Vec::new();
    for subnet in 0..9 {
        time_passes().await;
        open.push(Opened::new(&all, &format!("2001:db8:0:{subnet}::1")));
    }
    assert_eq!((closed(&open), closed(&[apart])), (vec![0], vec![]));
    let mut bodies = Vec::new();
    for last in 1..10 {
        bodies.push(Opened::new(&all, PROXY).awaits_body(100, network(&format!("203.0.113.{last}"))).await);
    }
    assert_eq!(closed(&bodies), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_network_has_so_many_unfinished_requests() {
    let all = Connections::new(ConnectionLimits { unfinished_per_network: 2, ..limits() });
    let mut open = Vec::new();
    for client in [ONE, ONE, ANOTHER] {
        open.push(Opened::new(&all, PROXY).awaits_body(100, network(client)).await);
    }
    open.push(Opened::new(&all, PROXY).awaits_body(100, None).await);
    open[0].server.place().has_request();
    open.push(Opened::new(&all, PROXY).awaits_body(100, network(ONE)).await);
    assert_eq!(closed(&open), [0; 0], "one of three has arrived");
    open.push(Opened::new(&all, PROXY).awaits_body(100, network(ONE)).await);
    assert_eq!(closed(&open), [1]);
    // Large heads count before anybody knows whose they are.
    let mut heads = Opened::several(&all, ANOTHER, 3);
    for head in &mut heads {
        head.receives(10_000).await;
    }
    assert_eq!((closed(&open), closed(&heads)), (vec![1, 2], vec![0]));
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_is_answered_and_then_ends() {
    let all = Connections::new(ConnectionLimits { unfinished_per_network: 1, ..limits() });
    let mut given_up = Opened::new(&all, ONE).awaits_body(100, network(ONE)).await;
    let other = Opened::new(&all, ONE).awaits_body(100, network(ONE)).await;
    assert!(given_up.gave_up() && !other.gave_up());
    assert!(!given_up.ends().await, "the answer comes first");
    given_up.server.write_all(b"408").await.expect("it is written");
    assert!(given_up.ends().await && given_up.server.flush().await.is_err());
    drop(given_up.server);
    let mut said = String::new();
    given_up.client.read_to_string(&mut said).await.expect("an orderly end");
    assert_eq!(said, "408");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_has_arrived_saves_an_idle_connection() {
    let all = Connections::new(ConnectionLimits { connections: 2, ..limits() });
    let mut first = Opened::new(&all, ONE);
    first.client.write_all(b"a request").await.expect("an open connection");
    let second = Opened::new(&all, ANOTHER).answering().await;
    assert!(first.gave_up() && all.connections() == 1);
    first.server.read_exact(&mut [0; 9]).await.expect("it goes on");
    assert!(!first.gave_up() && all.connections() == 2);
    assert_eq!(all.memory(), 2 * MEMORY_OF_ONE);
    drop((first, second));
    assert_eq!((all.connections(), all.memory()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn memory_is_taken_from_idle_connections_and_from_the_oldest_requests() {
    let all = Connections::new(ConnectionLimits { memory: 1_000_000, ..limits() });
    let answering = Opened::new(&all, ONE).answering().await;
    let mut open = vec![answering];
    for _ in 0..4 {
        open.push(Opened::new(&all, ONE).awaits_body(100_000, network(ONE)).await);
        time_passes().await;
    }
    assert_eq!(closed(&open), [0; 0]);
    assert_eq!(all.memory(), 5 * MEMORY_OF_ONE + 800_000);
    open.push(Opened::new(&all, ANOTHER));
    time_passes().await;
    open.push(Opened::new(&all, ANOTHER).awaits_body(50_000, None).await);
    assert_eq!(closed(&open), [1], "who has just come is not yet idle");
    a_moment_passes().await;
    open.push(Opened::new(&all, ANOTHER).awaits_body(100_000, None).await);
    assert_eq!(closed(&open), [1, 2, 5]);
    assert!(all.memory() <= 875_000, "{}", all.memory());
}

#[tokio::test(start_paused = true)]
async fn who_does_not_take_an_answer_is_no_better_than_who_does_not_send() {
    let all = Connections::new(ConnectionLimits { memory: 1_000_000, ..limits() });
    let mut slow = Opened::new(&all, ONE).answering().await;
    let answer = vec![b'x'; 3 << 20];
    let sends = async { slow.server.write_all(&answer).await };
    tokio::select! {
        biased;
        sent = sends => assert!(sent.is_err(), "it needs more than there is"),
        () = time_passes() => panic!("it waits"),
    }
    drop(slow);
    assert_eq!((all.connections(), all.memory()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_pieces_is_one_answer() {
    let all = Connections::new(ConnectionLimits { connections: 2, ..limits() });
    let mut one = Opened::new(&all, ONE).answering().await;
    one.server.place().streams(true);
    one.server.write_all(b"a piece").await.expect("it is written");
    let another = Opened::new(&all, ANOTHER).answering().await;
    assert!(!one.gave_up());
    one.server.place().streams(false);
    one.answers(b"the last piece").await;
    assert!(one.gave_up() && !another.gave_up(), "now it is idle, and there are too many");
}

#[test]
fn stages_are_what_they_are_stored_as() {
    let all = Connections::new(limits());
    let own = all.admit(address(ONE), &Arc::default()).expect("a place");
    for (step, stage) in [
        (own.has_received(7), Stage::Idle),
        (own.awaits_body(8), Stage::Receiving),
        (own.has_sent(9, Stage::Idle), Stage::AwaitingBody),
        (own.has_request(10), Stage::AwaitingBody),
        (own.is_sending(11), Stage::Answering),
        (own.has_sent(12, Stage::Idle), Stage::Sending),
        (own.has_sent(13, Stage::Answering), Stage::Idle),
    ] {
        assert_eq!(step, stage);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Open(u8),
    Receive(u8, usize),
    Await(u8, u8),
    Request(u8),
    Answer(u8),
    Leave(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_u8..5).prop_map(Step::Open),
        2 => (any::<u8>(), prop_oneof![1_usize..100, 3000_usize..9000]).prop_map(|(who, bytes)| Step::Receive(who, bytes)),
        2 => (any::<u8>(), 0_u8..5).prop_map(|(who, of)| Step::Await(who, of)),
        2 => any::<u8>().prop_map(Step::Request),
        2 => any::<u8>().prop_map(Step::Answer),
        1 => any::<u8>().prop_map(Step::Leave),
    ]
}

async fn run(steps: Vec<Step>) {
    let few =
        ConnectionLimits { connections: 6, per_network: 3, unfinished_per_network: 2, memory: 200_000, ..limits() };
    let all = Connections::new(few);
    let mut open: Vec<Opened> = Vec::new();
    for step in steps {
        let count = open.len();
        let index = |who: u8| usize::from(who).checked_rem(count);
        match step {
            Step::Open(peer) => open.extend(Opened::try_new(&all, &format!("192.0.2.{peer}"))),
            Step::Receive(who, bytes) => {
                let Some(one) = index(who).and_then(|index| open.get_mut(index)) else { continue };
                let _ = one.client.write_all(&vec![0; bytes]).await;
                // What comes before an answer may have to wait for it.
                let _ = timeout(Duration::from_secs(1), one.server.read_exact(&mut vec![0; bytes])).await;
            }
            Step::Await(who, of) => {
                let Some(one) = index(who).and_then(|index| open.get(index)) else { continue };
                one.server.place().awaits_body(network(&format!("192.0.2.{of}")));
            }
            Step::Request(who) => {
                let Some(one) = index(who).and_then(|index| open.get(index)) else { continue };
                one.server.place().has_request();
            }
            Step::Answer(who) => {
                let Some(one) = index(who).and_then(|index| open.get_mut(index)) else { continue };
                one.server.place().has_answer(0);
                let _ = one.server.write_all(b"an answer").await;
            }
            Step::Leave(who) => {
                let Some(index) = index(who) else { continue };
                open.swap_remove(index);
            }
        }
        let staying = open.iter().filter(|one| !one.gave_up()).count();
        assert_eq!(all.connections(), staying);
    }
    drop(open);
    assert_eq!((all.connections(), all.memory()), (0, 0));
    assert!(all.is_empty() && !all.is_exhausted());
}

proptest! {
    #[test]
    fn nothing_is_counted_twice_or_forgotten(steps in proptest::collection::vec(step(), 0..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        runtime.block_on(run(steps));
    }
}
