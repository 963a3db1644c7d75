//! Running many things concurrently.

use std::sync::Arc;

use tokio::sync::Barrier;

/// Runs the racers as tasks that start together, and returns their outcomes in the order of the racers.
///
/// # Panics
/// When a racer panics.
pub async fn race<F>(racers: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let racers: Vec<F> = racers.into_iter().collect();
    let start = Arc::new(Barrier::new(racers.len()));
    let running: Vec<_> = racers.into_iter().map(|racer| tokio::spawn(begin(Arc::clone(&start), racer))).collect();
    let mut outcomes = Vec::with_capacity(running.len());
    for racer in running {
        outcomes.push(racer.await.expect("a racer finishes"));
    }
    outcomes
}

/// Like [`race`], for two different tasks.
pub(crate) async fn race_both<A, B>(one: A, other: B) -> (A::Output, B::Output)
where
    A: Future<Output: Send> + Send + 'static,
    B: Future<Output: Send> + Send + 'static,
{
    let start = Arc::new(Barrier::new(2));
    let one = tokio::spawn(begin(Arc::clone(&start), one));
    let other = tokio::spawn(begin(start, other));
    (one.await.expect("a racer finishes"), other.await.expect("a racer finishes"))
}

async fn begin<F: Future>(start: Arc<Barrier>, racer: F) -> F::Output {
    start.wait().await;
    racer.await
}
