//! Runs one promise against a fresh instance of what is tested.

use std::pin::{Pin, pin};

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
    block_on(&runtime, pin!(promise(under_test)));
}

/// Runs one promise that makes what it needs by itself, on a runtime with this thread only: what a promise sets for its
/// thread, such as where log events go, holds for everything that it starts.
///
/// # Panics
/// If the promise is broken.
pub fn run_alone(promise: impl Future<Output = ()>) {
    block_on(&Builder::new_current_thread().enable_all().build().expect("a runtime starts"), pin!(promise));
}

/// Of whatever promise, so that a runtime is compiled once and not for each of them.
fn block_on(runtime: &Runtime, promise: Pin<&mut dyn Future<Output = ()>>) {
    runtime.block_on(promise);
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(THREADS).enable_all().build().expect("a runtime starts")
}
