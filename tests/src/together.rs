//! Running many things concurrently, and waiting for what nothing announces.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;
use tokio::task::JoinHandle;

/// Runs tasks that start together, and returns their outcomes in order.
///
/// # Panics
/// If one panics.
pub async fn together<F>(racers: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    together_boxed(racers.into_iter().map(|racer| Box::pin(racer) as Racer<F::Output>).collect()).await
}

/// Longer than anything that a test waits for takes.
const PATIENCE: Duration = Duration::from_secs(15);

/// Waits until the condition holds.
///
/// # Panics
/// If it never does.
pub async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "gave up waiting until {what}");
}

/// Tasks are compiled for each outcome and not for each racer.
type Racer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

async fn together_boxed<T: Send + 'static>(racers: Vec<Racer<T>>) -> Vec<T> {
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
