//! Waiting for what nothing announces.

use std::time::Duration;

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
