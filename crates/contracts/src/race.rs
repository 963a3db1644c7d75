//! Running many things concurrently.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinHandle;

/// Runs the racers as tasks that start together, and returns their outcomes in the order of the racers.
///
/// # Panics
/// When a racer panics.
pub async fn race<F>(racers: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    race_boxed(racers.into_iter().map(|racer| Box::pin(racer) as Racer<F::Output>).collect()).await
}

/// Like [`race`], for two different tasks.
pub(crate) async fn race_both<A, B>(one: A, other: B) -> (A::Output, B::Output)
where
    A: Future<Output: Send> + Send + 'static,
    B: Future<Output: Send> + Send + 'static,
{
    let start = Arc::new(Barrier::new(2));
    let one = begin(Arc::clone(&start), Box::pin(one));
    let other = begin(start, Box::pin(other));
    (one.await.expect("a racer finishes"), other.await.expect("a racer finishes"))
}

/// Tasks are compiled for each outcome and not for each racer.
type Racer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

async fn race_boxed<T: Send + 'static>(racers: Vec<Racer<T>>) -> Vec<T> {
    let start = Arc::new(Barrier::new(racers.len()));
    let running: Vec<_> = racers.into_iter().map(|racer| begin(Arc::clone(&start), racer)).collect();
    let mut outcomes = Vec::with_capacity(running.len());
    for racer in running {
        match racer.await {
            Ok(outcome) => outcomes.push(outcome),
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }
    outcomes
}

fn begin<T: Send + 'static>(start: Arc<Barrier>, racer: Racer<T>) -> JoinHandle<T> {
    tokio::spawn(async move {
        start.wait().await;
        racer.await
    })
}
