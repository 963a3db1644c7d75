//! Running many things concurrently, and waiting for what nothing announces.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;

/// Runs tasks that start together, and returns their outcomes in order.
///
/// # Panics
/// If one panics.
pub async fn together<F>(racers: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let racers: Vec<F> = racers.into_iter().collect();
    let start = Arc::new(Barrier::new(racers.len()));
    let running: Vec<_> = racers.into_iter().map(|racer| tokio::spawn(begin(Arc::clone(&start), racer))).collect();
    let mut outcomes = Vec::with_capacity(running.len());
    for racer in running {
        match racer.await {
            Ok(outcome) => outcomes.push(outcome),
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }
    outcomes
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

async fn begin<F: Future>(start: Arc<Barrier>, racer: F) -> F::Output {
    start.wait().await;
    racer.await
}
