//! The turns of requests.
//!
//! Whoever serves requests may work on a few of each network at a time, so that nobody fills the queues in which everybody
//! waits. A request that waits in a queue of its own, which has bounds and an order of its own, is not worked on meanwhile.
//! Otherwise a few that wait for a second would keep everything else waiting that comes from their network.

use std::pin::Pin;
use std::sync::Arc;

/// The turn of a request, as whoever serves it knows it.
pub trait Turn: Send + Sync {
    /// Gives the turn to another request for now.
    fn leave(&self);

    /// Waits until it is this request's turn again.
    fn come_back(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

tokio::task_local! {
    static TURN: Arc<dyn Turn>;
}

/// Carries out a request, which may leave its turn to others while it waits.
pub async fn with_turn<F: Future>(turn: Arc<dyn Turn>, request: F) -> F::Output {
    TURN.scope(turn, request).await
}

/// Waits for something, and leaves the turn of the request to others meanwhile, if it has one.
pub(crate) async fn aside<F: Future>(waits: F) -> F::Output {
    let turn = TURN.try_with(Arc::clone).ok();
    if let Some(turn) = &turn {
        turn.leave();
    }
    let outcome = waits.await;
    if let Some(turn) = turn {
        turn.come_back().await;
    }
    outcome
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Said(Mutex<Vec<&'static str>>);

    impl Said {
        fn say(&self, word: &'static str) {
            self.0.lock().expect("not poisoned").push(word);
        }
    }

    impl Turn for Said {
        fn leave(&self) {
            self.say("leaves");
        }

        fn come_back(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(async move { self.say("comes back") })
        }
    }

    #[tokio::test]
    async fn a_request_that_waits_stands_aside() {
        let said = Arc::new(Said::default());
        let outcome = with_turn(said.clone(), async {
            said.say("begins");
            let outcome = aside(async {
                said.say("waits");
                7
            });
            let outcome = outcome.await;
            said.say("goes on");
            outcome
        });
        assert_eq!(outcome.await, 7);
        assert_eq!(*said.0.lock().expect("not poisoned"), ["begins", "leaves", "waits", "comes back", "goes on"]);
        assert_eq!(aside(async { 7 }).await, 7, "whoever has no turn just waits");
    }
}
