use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Barrier, Weak};

use super::*;

const PATIENCE: Duration = Duration::from_secs(5);
/// For work that may take as long as it likes once it has begun.
const BEGIN_SOON: Patience = Patience { to_begin: Duration::from_millis(50), in_all: Duration::from_secs(3600) };

/// Work that lasts until the sender is dropped, and says when it has begun.
fn held_up() -> (Sender<()>, Receiver<()>, impl FnOnce()) {
    let (release, released) = channel::<()>();
    let (begin, begun) = channel();
    let work = move || {
        begin.send(()).expect("somebody waits");
        assert!(released.recv().is_err(), "dropped, not used");
    };
    (release, begun, work)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_run_at_once_than_there_are_threads() {
    let workers = Arc::new(Workers::new("test", 3));
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let meeting = Arc::new(Barrier::new(3));
    let calls: Vec<_> = (0..60)
        .map(|number| {
            let (workers, meeting) = (Arc::clone(&workers), Arc::clone(&meeting));
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            let work = move || {
                most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                meeting.wait();
                running.fetch_sub(1, Ordering::SeqCst);
                number
            };
            tokio::spawn(async move { workers.run((), work).await })
        })
        .collect();
    for (number, call) in calls.into_iter().enumerate() {
        let call = tokio::time::timeout(PATIENCE, call).await.expect("three meet again and again");
        assert_eq!(call.expect("no panic").expect("an outcome"), number, "each call has its own outcome");
    }
    assert_eq!(most.load(Ordering::SeqCst), 3, "at once");
}

#[tokio::test]
async fn what_is_done_is_told_with_the_times_it_took() {
    let (workers, told) = (Workers::new("test", 1), Arc::new(Mutex::new(Vec::new())));
    let telling = Arc::clone(&told);
    workers.watch(move |waited, took| telling.lock().expect("no panic").push((waited, took)));
    let (release, begun, work) = held_up();
    let mut first = Box::pin(workers.run((), work));
    assert!(futures_poll(&mut first).await.is_none());
    begun.recv().expect("it has begun");
    let mut second = Box::pin(workers.run((), || ()));
    assert!(futures_poll(&mut second).await.is_none());
    assert_eq!(workers.occupied(), Occupied { waiting: 1, running: 1 });
    std::thread::sleep(Duration::from_millis(20)); // the time that is measured
    drop(release);
    first.await.expect("an outcome");
    second.await.expect("an outcome");
    let long = Duration::from_millis(20);
    // The last one is told of after it was answered, and the third call comes after that.
    workers.run((), || ()).await.expect("an outcome");
    let told = told.lock().expect("no panic").clone();
    assert!(told[0].1 >= long && told[1].0 >= long, "{told:?}");
    assert_eq!(workers.occupied().waiting, 0);
}

/// While all threads are stuck, callers who gave up leave nothing behind.
#[tokio::test]
async fn the_queue_does_not_grow_with_those_who_gave_up() {
    let workers = Workers::new("test", 1);
    let (release, begun, work) = held_up();
    let mut stuck = Box::pin(workers.run((), work));
    assert!(futures_poll(&mut stuck).await.is_none());
    begun.recv().expect("it has begun");
    for _ in 0..10_000 {
        let mut given_up = Box::pin(workers.run((), || ()));
        assert!(futures_poll(&mut given_up).await.is_none());
    }
    assert!(workers.queue.len() <= 65, "{} jobs that nobody waits for", workers.queue.len());
    let mut waiting = Box::pin(workers.run((), || 7));
    assert!(futures_poll(&mut waiting).await.is_none());
    drop(release);
    assert_eq!(waiting.await.expect("an outcome"), 7);
}

#[tokio::test]
async fn work_that_waits_too_long_never_begins_and_work_that_has_begun_is_awaited() {
    let workers = Workers::new("test", 1);
    let (release, begun, work) = held_up();
    let first = workers.run_within(BEGIN_SOON, |_| work(), || ());
    tokio::pin!(first);
    assert!(futures_poll(&mut first).await.is_none());
    begun.recv().expect("it has begun");
    let late = workers.run_within(BEGIN_SOON, |_| panic!("its turn never comes"), || ()).await;
    assert!(matches!(late, Err::<(), _>(WorkError::TooLate)), "{late:?}");
    assert!(futures_poll(&mut first).await.is_none(), "its patience is over as well, but it runs");
    drop(release);
    first.await.expect("an outcome");
    assert_eq!(workers.run((), || 7).await.expect("the thread goes on"), 7);
}

/// A thread that waits for something that never answers keeps nobody else waiting, and ends when it is answered.
#[tokio::test]
async fn work_that_takes_too_long_is_given_up_with_its_thread() {
    let workers = Workers::new("test", 1);
    let patience = Patience { to_begin: Duration::from_millis(300), in_all: Duration::from_millis(300) };
    let mut stuck = Vec::new();
    let (tell, told) = channel();
    for _ in 0..3 {
        let (release, begun, work) = held_up();
        let (tell, noticed) = (tell.clone(), Arc::new(AtomicBool::new(false)));
        let notice = Arc::clone(&noticed);
        let work = move |caller: &WorkCaller| {
            work();
            tell.send(caller.has_gone()).expect("the test waits for it");
        };
        let given_up = workers.run_within(patience, work, move || notice.store(true, Ordering::SeqCst));
        assert!(matches!(given_up.await, Err(WorkError::TookTooLong)));
        assert!(noticed.load(Ordering::SeqCst));
        begun.recv().expect("it has begun");
        stuck.push(release);
        assert_eq!(workers.run((), || 7).await.expect("another thread"), 7);
    }
    drop(stuck);
    assert!((0..3).all(|_| told.recv_timeout(PATIENCE).expect("they go on")), "nobody waits for them");
    let patient = Patience { to_begin: PATIENCE, ..BEGIN_SOON };
    let in_time =
        workers.run_within(patient, |caller: &WorkCaller| !caller.has_gone(), || panic!("it is not given up"));
    assert!(in_time.await.expect("an outcome"));
}

/// Whoever goes away leaves nobody behind who would give the work up.
#[tokio::test]
async fn work_whose_caller_has_gone_is_given_up_too() {
    let workers = Workers::new("test", 1);
    let patience = Patience { to_begin: PATIENCE, in_all: Duration::from_millis(100) };
    let (release, begun, work) = held_up();
    let (tell, told) = oneshot::channel();
    let mut call = Box::pin(workers.run_within(patience, |_| work(), move || tell.send(()).expect("the test waits")));
    assert!(futures_poll(&mut call).await.is_none());
    begun.recv().expect("it has begun");
    drop(call);
    told.await.expect("it is given up");
    assert_eq!(workers.run((), || 7).await.expect("another thread"), 7);
    drop(release);
}

/// Work that has ended, in whatever way, cannot be given up any more: its thread does somebody else's by then.
#[tokio::test]
async fn work_that_panics_after_its_caller_has_gone_costs_no_thread() {
    let workers = Workers::new("test", 1);
    let patience = Patience { to_begin: PATIENCE, in_all: Duration::from_millis(200) };
    let (release, begun, work) = held_up();
    let noticed = Arc::new(AtomicBool::new(false));
    let notice = Arc::clone(&noticed);
    let panicking = move |_: &WorkCaller| -> u8 {
        work();
        std::panic::resume_unwind(Box::new("as meant")) // a panic of which nothing is printed, which takes time
    };
    let mut call = Box::pin(workers.run_within(patience, panicking, move || notice.store(true, Ordering::SeqCst)));
    assert!(futures_poll(&mut call).await.is_none());
    begun.recv().expect("it has begun");
    drop(call);
    drop(release);
    assert_eq!(workers.run((), || 7).await.expect("the thread goes on"), 7);
    let (release, begun, work) = held_up();
    let outlasting = move |caller: &WorkCaller| {
        work();
        !caller.has_gone()
    };
    let patient = Patience { to_begin: PATIENCE, in_all: PATIENCE };
    let mut next = Box::pin(workers.run_within(patient, outlasting, || panic!("it is not given up")));
    assert!(futures_poll(&mut next).await.is_none());
    begun.recv().expect("it has begun");
    tokio::time::sleep(patience.in_all * 2).await; // nothing shows that nobody gives up what has ended
    drop(release);
    assert!(next.await.expect("an outcome"), "the thread is its own");
    assert!(!noticed.load(Ordering::SeqCst));
}

/// However much gets stuck, the number of threads has a limit.
#[tokio::test]
async fn the_number_of_threads_that_are_given_up_is_limited() {
    let workers = Workers::new("test", 1);
    let patience = Patience { to_begin: Duration::from_millis(5), in_all: Duration::from_millis(10) };
    let mut stuck = Vec::new();
    while stuck.len() < 16 {
        let (release, begun, work) = held_up();
        let outcome = workers.run_within(patience, |_| work(), || ()).await;
        // On a busy machine it may not begin in time.
        if let Err(WorkError::TookTooLong) = outcome {
            stuck.push((release, begun));
        }
    }
    for _ in 0..4 {
        let outcome = workers.run_within(patience, |_| panic!("there is no thread for it"), || ()).await;
        assert!(matches!(outcome, Err::<(), _>(WorkError::TooLate)), "{outcome:?}");
    }
    drop(stuck);
    assert_eq!(workers.run((), || 7).await.expect("once they have ended"), 7);
}

#[tokio::test]
async fn what_is_held_goes_with_the_work_or_with_the_caller() {
    let workers = Workers::new("test", 1);
    let (release, begun, work) = held_up();
    let [running, waiting] = [Arc::new(()), Arc::new(())];
    let alive = [&running, &waiting].map(Arc::downgrade);
    let is_alive = |place: &Weak<()>| place.upgrade().is_some();
    let mut first = Box::pin(workers.run(running, work));
    assert!(futures_poll(&mut first).await.is_none());
    begun.recv().expect("it has begun");
    let mut second = Box::pin(workers.run(waiting, || panic!("nobody waits for it")));
    assert!(futures_poll(&mut second).await.is_none());
    drop(second);
    drop(first);
    assert!(is_alive(&alive[0]) && !is_alive(&alive[1]), "work that runs keeps its place, work that waits does not");
    drop(release);
    workers.run((), || ()).await.expect("its turn comes after the others'");
    assert!(!is_alive(&alive[0]), "the place of work that is done");
}

#[tokio::test]
async fn a_panic_is_reported_and_the_thread_goes_on() {
    let workers = Workers::new("test", 1);
    for _ in 0..3 {
        let outcome = workers.run((), || panic!("as meant")).await;
        assert!(matches!(outcome, Err::<(), _>(WorkError::Panicked)), "{outcome:?}");
    }
    assert_eq!(workers.run((), || 7).await.expect("an outcome"), 7);
}

#[tokio::test]
async fn threads_end_with_their_owner() {
    let workers = Workers::new("test", 2);
    workers.run((), || ()).await.expect("an outcome");
    let queue = Arc::downgrade(&workers.queue);
    drop(workers);
    // Each thread holds the queue until it ends.
    let ended = async {
        while queue.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.expect("they end");
}

/// A place is kept as long as it is held, for whoever would be admitted, and nobody gives way before the work is there.
#[tokio::test]
async fn places_are_kept_for_those_who_would_be_admitted() {
    let workers: FairWorkers<u8> = Workers::fair("test", 1, 2, 0);
    let [crowd, other] = [1, 2].map(|number| Party { group: number, member: number });
    let mut places: Vec<_> = (0..3).map(|_| workers.keep_place(crowd).expect("there is room")).collect();
    for party in [crowd, other] {
        assert!(matches!(workers.keep_place(party), Err(WorkError::Full)), "nobody waits who could give way");
    }
    assert!(matches!(workers.run_for(other, || ()).await, Err(WorkError::Full)));
    places.pop();
    assert_eq!(workers.run_for(other, || 7).await.expect("one is free again"), 7);
    drop(places);
    assert_eq!(workers.load(), 0);
    let (release, begun, work) = held_up();
    let mut running = Box::pin(workers.run_for(crowd, work));
    assert!(futures_poll(&mut running).await.is_none());
    begun.recv().expect("it has begun");
    let mut waiting = [0; 2].map(|_| Box::pin(workers.run_for(crowd, || ())));
    for call in &mut waiting {
        assert!(futures_poll(call).await.is_none());
    }
    assert!(matches!(workers.keep_place(crowd), Err(WorkError::Full)), "nobody has more than the crowd");
    let places = [0; 2].map(|_| workers.keep_place(other).expect("one of the crowd will give way"));
    assert_eq!(workers.load(), 3, "there is none to keep yet");
    drop(places);
    drop(release);
    running.await.expect("an outcome");
    for call in waiting {
        call.await.expect("nobody had to give way");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn threads_give_way_as_far_as_they_are_told_to() {
    use rustix::process::getpriority_process;
    let nice_value = || getpriority_process(None).expect("of this thread");
    let own = nice_value();
    for niceness in [0, 10] {
        let workers = Workers::fair("test", 1, 1, niceness);
        let of_worker = workers.run_for(Party { group: (), member: () }, nice_value).await.expect("an outcome");
        assert_eq!(of_worker, (own + i32::from(niceness)).min(19));
    }
    assert_eq!(nice_value(), own, "the others keep theirs");
}

/// Polls once.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
    tokio::select! {
        biased;
        outcome = future => Some(outcome),
        () = std::future::ready(()) => None,
    }
}
