//! Doing many things at once.

use std::sync::Arc;

use tokio::sync::Barrier;

/// Runs the racers as tasks that start together; their outcomes, in the order of the racers.
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

async fn begin<F: Future>(start: Arc<Barrier>, racer: F) -> F::Output {
    start.wait().await;
    racer.await
}
