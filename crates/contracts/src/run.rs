//! Runs one promise against a fresh instance of what is tested.

use tokio::runtime::{Builder, Runtime};

/// More than the two that a small machine would get, so that racers really run in parallel.
const THREADS: usize = 4;

/// Runs `promise` on what `make` makes (stores, for most suites), on its own runtime with several threads.
///
/// # Panics
/// If the promise is broken.
pub fn run<S, G>(make: impl AsyncFnOnce() -> (S, G), promise: impl AsyncFnOnce(S)) {
    let runtime = runtime();
    let (under_test, _guard) = runtime.block_on(make());
    // Declared after the guard and therefore dropped before it, even if the promise is broken: work
    // that is still running on stores must not find the database gone.
    let runtime = runtime;
    runtime.block_on(promise(under_test));
}

/// Runs one promise that makes what it needs by itself, on a runtime with this thread only: what a promise sets for its
/// thread, such as where log events go, holds for everything that it starts.
///
/// # Panics
/// If the promise is broken.
pub fn run_alone(promise: impl Future<Output = ()>) {
    Builder::new_current_thread().enable_all().build().expect("a runtime starts").block_on(promise);
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(THREADS).enable_all().build().expect("a runtime starts")
}
